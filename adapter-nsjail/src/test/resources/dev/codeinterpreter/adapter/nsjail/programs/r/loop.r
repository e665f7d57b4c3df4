cat("before the loop\n")
while (TRUE) {
}
