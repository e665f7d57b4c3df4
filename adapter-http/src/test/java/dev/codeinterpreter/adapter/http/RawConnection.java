package dev.codeinterpreter.adapter.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PushbackInputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** A client that decides about every byte. */
final class RawConnection implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 30_000;
    private static final int END = -1;
    private static final int NOTHING = -2;

    private final Socket socket;
    private final PushbackInputStream in;

    RawConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.setTcpNoDelay(true);
        in = new PushbackInputStream(socket.getInputStream());
    }

    RawConnection send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    RawConnection send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** Sends one chunk of a chunked body. */
    RawConnection chunk(byte[] bytes) throws IOException {
        send(Integer.toHexString(bytes.length) + "\r\n");
        send(bytes);
        return send("\r\n");
    }

    /** Says that nothing more will be sent. */
    void shutdownOutput() throws IOException {
        socket.shutdownOutput();
    }

    /** Everything up to the end of the connection; what came before a reset, if it ended so. */
    String readToEnd() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                all.write(buffer, 0, count);
            }
        } catch (SocketException reset) {
            // the bytes before it count
        }
        return all.toString(StandardCharsets.UTF_8);
    }

    /** Everything up to and including {@code end}. */
    String readUntil(String end) throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.indexOf(end) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("the connection ended after: " + text);
            }
            text.append((char) next);
        }
        return text.toString();
    }

    /** One answer with a Content-Length: header and body. */
    String readAnswer() throws IOException {
        String header = readUntil("\r\n\r\n");
        String lower = header.toLowerCase(Locale.ROOT);
        int at = lower.indexOf("content-length: ");
        int length = Integer.parseInt(lower.substring(at + 16, lower.indexOf("\r\n", at)));
        byte[] body = in.readNBytes(length);
        return header + new String(body, StandardCharsets.UTF_8);
    }

    /** Waits for a byte or the end of the connection, not longer than {@code time}; whether it has ended. */
    boolean isClosedAfterWaiting(Duration time) throws IOException {
        int next = peek(time);
        if (next >= 0) {
            throw new IllegalStateException("the server answered");
        }
        return next == END;
    }

    /** Waits for a byte, not longer than {@code time}; whether there is one. */
    boolean hasAnswerAfterWaiting(Duration time) throws IOException {
        return peek(time) >= 0;
    }

    private int peek(Duration time) throws IOException {
        socket.setSoTimeout((int) time.toMillis());
        try {
            int next = in.read();
            if (next >= 0) {
                in.unread(next);
            }
            return next;
        } catch (SocketTimeoutException nothing) {
            return NOTHING;
        } finally {
            socket.setSoTimeout(PATIENCE_MILLIS);
        }
    }

    /** Closes with a reset instead of an orderly end. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
