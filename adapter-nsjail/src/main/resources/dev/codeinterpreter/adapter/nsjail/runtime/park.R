# Site profile of an R that is started ahead of its program: loads the default packages, waits until the program has been written into
# the file that R has opened already, and looks whether it can be parsed, since R itself names no line and runs what stands before an
# error. The layout of what comes is that of an EXEC frame, see sandbox.h.
local({
    .First.sys()
    told <- file("/dev/fd/4", "wb", raw = TRUE)
    control <- file("/dev/fd/3", "rb", raw = TRUE)
    tell <- function(word) {
        writeBin(word, told)
        flush(told)
    }
    read_exactly <- function(length) {
        bytes <- raw()
        while (length(bytes) < length) {
            part <- readBin(control, "raw", length - length(bytes))
            if (length(part) == 0L) {
                quit("no", 0L, FALSE) # the run is given up
            }
            bytes <- c(bytes, part)
        }
        bytes
    }
    unsigned <- function(bytes) sum(as.integer(bytes) * 256^((length(bytes) - 1L):0L))
    tell(charToRaw("r"))
    payload <- read_exactly(unsigned(read_exactly(4L)))
    count <- unsigned(payload[14:15])
    strings <- payload[-(1:17)]
    ends <- which(strings == as.raw(0L))[seq_len(count)]
    begins <- c(1L, ends + 1L)
    words <- character()
    for (i in seq_len(count)) {
        words[i] <- rawToChar(strings[seq_len(ends[i] - begins[i]) + begins[i] - 1L])
    }
    Encoding(words) <- "UTF-8"
    close(control)
    Sys.unsetenv("R_PROFILE")
    arguments <- c(
        file.path(R.home("bin"), "exec/R"), "--no-echo", "--no-restore", "--vanilla", paste0("--file=", words[1L]),
        if (count > 1L) c("--args", words[-1L])
    )
    base <- baseenv()
    unlockBinding("commandArgs", base)
    assign("commandArgs", eval(bquote(function(trailingOnly = FALSE) {
        args <- .(arguments)
        if (trailingOnly) {
            m <- match("--args", args, 0L)
            if (m) args[-seq_len(m)] else character()
        } else {
            args
        }
    }), base), base)
    lockBinding("commandArgs", base)
    fault <- tryCatch({
        parse(words[1L], keep.source = FALSE)
        NULL
    }, error = function(error) conditionMessage(error))
    if (!is.null(fault)) {
        fault <- gsub("/tmp/code/", "", fault, fixed = TRUE)
        cat("Error in parse(\"code.r\", keep.source = FALSE) : \n  ", fault, "\nExecution halted\n", sep = "", file = stderr())
        tell(as.raw(1L))
        quit("no", 1L, FALSE)
    }
    tell(charToRaw("b"))
    close(told)
})
