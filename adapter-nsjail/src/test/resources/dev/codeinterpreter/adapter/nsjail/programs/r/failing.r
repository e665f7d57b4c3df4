cat("before the failure\n")
stop("on purpose")
