cat("never printed\n")

value <- <- 1
