cat("hello from r\n")
for (argument in commandArgs(trailingOnly = TRUE)) {
  cat("argument: ", argument, "\n", sep = "")
}
input <- file("stdin", "rb")
bytes <- 0
while (length(chunk <- readBin(input, "raw", 65536)) > 0) bytes <- bytes + length(chunk)
cat("end of input after", bytes, "bytes\n")
