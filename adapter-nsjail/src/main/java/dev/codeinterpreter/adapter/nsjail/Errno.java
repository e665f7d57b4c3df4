package dev.codeinterpreter.adapter.nsjail;

/** Error numbers of Linux that the guard reports; the same on x86_64 and aarch64 (asm-generic/errno-base.h, errno.h). */
final class Errno {

    static final int ENOENT = 2;
    static final int EACCES = 13;
    static final int EXDEV = 18;
    static final int EEXIST = 17;
    static final int ENOTDIR = 20;
    static final int EISDIR = 21;
    static final int EFBIG = 27;
    static final int ENOSPC = 28;
    static final int ENAMETOOLONG = 36;
    static final int ELOOP = 40;
    static final int EDQUOT = 122;

    private Errno() {}
}
