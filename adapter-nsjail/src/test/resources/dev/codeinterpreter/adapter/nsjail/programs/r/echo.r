cat("Grüße, 日本 😀\n")
for (argument in commandArgs(trailingOnly = TRUE)) {
  cat("[", argument, "]\n", sep = "")
}
input <- file("stdin", "r")
while (length(line <- readLines(input, n = 1)) > 0) {
  cat("<", line, ">\n", sep = "")
}
cat("end of input\n")
