package dev.codeinterpreter.adapter.nsjail;

/** The types of frames between server and guard; {@code src/main/c/sandbox.h} is the other side of this list. */
enum FrameType {
    PUT('P'),
    DATA('D'),
    EXEC('X'),
    EOF('Z'),
    KILL('K'),
    LIST('L'),
    GET('G'),
    PARK('R'),
    LAUNCHER('H'),
    REAPED('z'),
    HELLO('h'),
    READY('r'),
    DONE('k'),
    REFUSED('n'),
    STDOUT('o'),
    STDERR('e'),
    CREDIT('c'),
    END('x'),
    FAULT('f'),
    ENTRY('l'),
    LIST_END('.'),
    FILE('d');

    private final byte code;

    FrameType(char code) {
        this.code = (byte) code;
    }

    byte code() {
        return code;
    }
}
