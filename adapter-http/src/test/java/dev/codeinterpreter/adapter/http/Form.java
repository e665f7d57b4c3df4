package dev.codeinterpreter.adapter.http;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** A multipart form as the real clients write it: raw UTF-8 names, {@code "} as {@code %22}, no lengths of parts. */
final class Form {

    static final String BOUNDARY = "--------------------------498413516464131584184116";

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Form field(String name, String value) {
        return part(
                "Content-Disposition: form-data; name=\"" + name + "\"\r\n\r\n",
                value.getBytes(StandardCharsets.UTF_8));
    }

    Form file(String field, String fileName, String content) {
        return file(field, fileName, content.getBytes(StandardCharsets.UTF_8));
    }

    Form file(String field, String fileName, byte[] content) {
        return part(
                "Content-Disposition: form-data; name=\"" + field + "\"; filename=\"" + fileName.replace("\"", "%22")
                        + "\"\r\nContent-Type: application/octet-stream\r\n\r\n",
                content);
    }

    /** A part with headers as they are given, each with its line end, and the empty line after them. */
    Form part(String headers, byte[] content) {
        bytes.writeBytes(("--" + BOUNDARY + "\r\n" + headers).getBytes(StandardCharsets.UTF_8));
        bytes.writeBytes(content);
        bytes.writeBytes("\r\n".getBytes(StandardCharsets.UTF_8));
        return this;
    }

    String contentType() {
        return "multipart/form-data; boundary=" + BOUNDARY;
    }

    byte[] bytes() {
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        whole.writeBytes(bytes.toByteArray());
        whole.writeBytes(("--" + BOUNDARY + "--\r\n").getBytes(StandardCharsets.UTF_8));
        return whole.toByteArray();
    }

    /** The form without its end, as when the client goes away. */
    byte[] cutBytes() {
        byte[] all = bytes.toByteArray();
        return java.util.Arrays.copyOf(all, all.length - 2);
    }
}
