package dev.codeinterpreter.core.sandbox;

/** What a program left in memory for the next one of its session. */
public sealed interface CapturedState {

    /**
     * This.
     *
     * @param format as of a {@link dev.codeinterpreter.core.state.StateSnapshot}
     * @param bytes made by untrusted code; not copied
     */
    @SuppressWarnings("ArrayRecordComponent") // up to 100 MiB, and never compared
    record Kept(String format, byte[] bytes) implements CapturedState {}

    /** Nothing, and it found nothing: there is no memory to speak of. */
    record Nothing() implements CapturedState {}

    /** Nothing was captured, as ordered: nobody asked for it, or the program failed. */
    record NotWanted() implements CapturedState {}

    /** It should have been captured, but was not. */
    record Lost(Reason reason) implements CapturedState {}

    /** Why memory was not captured. */
    enum Reason {
        /** It is larger than it may be. */
        SIZE,
        /** The run has not enough memory left to pack it. */
        MEMORY,
        /** The run has no disk space left for it. */
        DISK,
        /** Packing it took too long. */
        TIME,
        /** The program ended in a way that leaves no time for it. */
        SUDDEN_END,
        /** Something else failed, most likely code of the program that takes part in it. */
        FAILURE
    }
}
