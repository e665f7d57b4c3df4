package dev.codeinterpreter.adapter.nsjail;

import dev.codeinterpreter.core.execution.OutputListener;
import java.nio.charset.StandardCharsets;

/** Prints what a program writes, so that another process can wait for it. */
final class PrintingOutput implements OutputListener {

    @Override
    public void stdout(byte[] bytes, int offset, int length) {
        System.out.println("program: " + new String(bytes, offset, length, StandardCharsets.UTF_8));
    }

    @Override
    public void stderr(byte[] bytes, int offset, int length) {
        stdout(bytes, offset, length);
    }
}
