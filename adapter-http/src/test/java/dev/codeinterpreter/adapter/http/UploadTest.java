package dev.codeinterpreter.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.file.FileSettings;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class UploadTest {

    private final TestServer server = TestServer.builder()
            .files(FileSettings.DEFAULT.withMaximumFileBytes(1 << 20))
            .sizes(HttpSettings.Sizes.DEFAULT.withUploadBytes(4 << 20).withUploadFiles(3))
            .start();

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void upload_oneFile_isStoredAndNamed() {
        TestServer.Answer answer = server.upload(
                "/upload", new Form().field("kind", "user").field("id", "u1").file("file", "sales.csv", "1,2"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Connection")).isEqualTo("close");
        JsonNode body = answer.json();
        assertThat(body.get("message").stringValue()).isEqualTo("success");
        assertThat(body.get("storage_session_id")).isEqualTo(body.get("session_id"));
        assertThat(body.get("files").get(0).get("filename").stringValue()).isEqualTo("sales.csv");
        assertThat(download(body, 0).text()).isEqualTo("1,2");
        assertThat(download(body, 0).header("Content-Type")).startsWith("text/csv");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "files", "files[]"})
    void upload_partNames_areAccepted(String field) {
        JsonNode body = server.upload(
                        "/upload", new Form().file(field, "a", "1").file(field, "b", "2"))
                .json();

        assertThat(body.get("files").size()).isEqualTo(2);
        assertThat(download(body, 1).text()).isEqualTo("2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"é ü \"x\".csv", "日本 😀.txt", "pkg/tool/SKILL.md", "100%25.txt", ".dirkeep", "a;b=c.txt"})
    void upload_anyLegalName_isEchoedExactly(String name) {
        JsonNode body =
                server.upload("/upload", new Form().file("file", name, "x")).json();

        assertThat(body.get("files").get(0).get("filename").stringValue()).isEqualTo(name);
    }

    @Test
    void upload_emptyFile_isStored() {
        JsonNode body = server.upload("/upload", new Form().file("file", "__init__.py", ""))
                .json();

        TestServer.Answer stored = download(body, 0);
        assertThat(stored.status()).isEqualTo(200);
        assertThat(stored.header("Content-Length")).isEqualTo("0");
    }

    @Test
    void upload_chunkedWithoutLength_isStored() throws IOException {
        byte[] form = new Form().file("file", "é.bin", "x".repeat(500_000)).bytes();
        try (RawConnection client = new RawConnection(server.port())) {
            client.send("POST //v1//upload HTTP/1.1\r\nHost: x\r\nx-api-key: " + TestServer.KEY + "\r\nContent-Type: "
                    + new Form().contentType() + "\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int i = 0; i < form.length; i += 33_333) {
                client.chunk(Arrays.copyOfRange(form, i, Math.min(form.length, i + 33_333)));
            }
            String answer = client.send("0\r\n\r\n").readAnswer();

            assertThat(answer).startsWith("HTTP/1.1 200 ").contains("\"size\":500000");
        }
    }

    @ParameterizedTest
    @CsvSource({"true, file, true", "1, file, true", "YES, file, true", "false, file, false", "'', file, false"})
    void upload_readOnlyField_isKept(String value, String ignored, boolean readOnly) {
        JsonNode body = server.upload(
                        "/upload", new Form().field("read_only", value).file("file", "a", "1"))
                .json();

        assertThat(metadata(body).get("readOnly").booleanValue()).isEqualTo(readOnly);
        assertThat(download(body, 0).header("X-Read-Only")).isEqualTo(readOnly ? "true" : "");
    }

    @Test
    void upload_skill_isReadOnly() {
        JsonNode body = server.upload(
                        "/upload", new Form().field("kind", "skill").file("file", "a", "1"))
                .json();

        assertThat(metadata(body).get("readOnly").booleanValue()).isTrue();
    }

    @Test
    void upload_fieldsAfterTheFile_areValidForItToo() {
        JsonNode body = server.upload(
                        "/upload", new Form().file("file", "a", "1").field("kind", "skill"))
                .json();

        assertThat(metadata(body).get("readOnly").booleanValue()).isTrue();
        assertThat(download(body, 0).text()).isEqualTo("1");
    }

    @Test
    void upload_unknownFields_areIgnored() {
        TestServer.Answer answer = server.upload(
                "/upload",
                new Form()
                        .field("surprise", "x".repeat(100_000))
                        .file("other", "o", "?")
                        .file("file", "a", "1"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("files").size()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"../a.txt", "/etc/passwd", "a\\b", "a/../b", "''"})
    void upload_oneBadName_keepsNothing(String name) {
        TestServer.Answer answer =
                server.upload("/upload", new Form().file("file", "good", "1").file("files", name, "2"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("details").get(0).get("field").stringValue())
                .isEqualTo("files");
        assertThat(answer.json().get("details").get(0).get("code").stringValue())
                .isEqualTo("invalid_file_name");
        assertThat(server.sessionsWithBytes()).isZero();
    }

    @Test
    void upload_oneFileTooLarge_is413AndKeepsNothing() {
        TestServer.Answer answer = server.upload(
                "/upload", new Form().file("file", "good", "1").file("file", "big", "x".repeat((1 << 20) + 1)));

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.json().get("message").stringValue()).contains("'big'").contains("1048576 bytes");
        assertThat(server.sessionsWithBytes()).isZero();
    }

    @Test
    void upload_tooManyFiles_is413AndKeepsNothing() {
        Form form = new Form();
        for (int i = 0; i < 4; i++) {
            form.file("file", "f" + i, "x");
        }

        assertThat(server.upload("/upload", form).status()).isEqualTo(413);
        assertThat(server.sessionsWithBytes()).isZero();
    }

    @Test
    void upload_bodyTooLarge_isSeenAs413ByAClientThatIsStillSending() {
        TestServer.Answer answer = server.upload("/upload", new Form().field("x", "y".repeat(6 << 20)));

        assertThat(answer.status()).isEqualTo(413);
        assertThat(answer.json().get("message").stringValue()).contains("4194304 bytes");
    }

    @Test
    void upload_storeDown_is503AndKeepsNothing() {
        server.store.breakAfterWrites(0);

        assertThat(server.upload("/upload", new Form().file("file", "a", "1")).status())
                .isEqualTo(503);
        server.store.repair();
        assertThat(server.sessionsWithBytes()).isZero();
    }

    @Test
    void upload_clientGoesAwayInTheMiddle_keepsNothing() throws IOException {
        byte[] form = new Form().file("file", "a", "1").file("file", "b", "2").cutBytes();
        try (RawConnection client = new RawConnection(server.port())) {
            client.send("POST /upload HTTP/1.1\r\nHost: x\r\nx-api-key: " + TestServer.KEY + "\r\nContent-Type: "
                    + new Form().contentType() + "\r\nTransfer-Encoding: chunked\r\n\r\n");
            client.chunk(form);
            client.shutdownOutput();

            assertThat(client.readToEnd()).startsWith("HTTP/1.1 400 ").contains("body_incomplete");
        }
        assertThat(server.sessionsWithBytes()).isZero();
    }

    @Test
    void upload_noFile_is400() {
        TestServer.Answer answer = server.upload("/upload", new Form().field("kind", "user"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("error").stringValue()).startsWith("No files provided");
        assertThat(answer.json().get("details").get(0).get("field").stringValue())
                .isEqualTo("file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "multipart/form-data", "multipart/mixed; boundary=x", "text/plain"})
    void upload_noForm_is400(String type) {
        for (String path : new String[] {"/upload", "/upload/batch"}) {
            TestServer.Answer answer = server.send(
                    server.request(path).header("Content-Type", type).POST(BodyPublishers.ofString("{}")));

            assertThat(answer.status()).isEqualTo(400);
            assertThat(answer.json().get("details").get(0).get("code").stringValue())
                    .isEqualTo("invalid_multipart");
        }
    }

    @Test
    void upload_fieldTooLong_is400() {
        TestServer.Answer answer = server.upload(
                "/upload", new Form().field("entity_id", "x".repeat(1025)).file("file", "a", "1"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().get("details").get(0).get("field").stringValue())
                .isEqualTo("entity_id");
    }

    @Test
    void batch_someBad_storesTheOthers() {
        TestServer.Answer answer = server.upload(
                "/upload/batch",
                new Form()
                        .field("kind", "skill")
                        .file("file", "pkg/SKILL.md", "# skill")
                        .file("file", "../bad", "x")
                        .file("file", "pkg/big.bin", "x".repeat((1 << 20) + 1)));

        assertThat(answer.status()).isEqualTo(200);
        JsonNode body = answer.json();
        assertThat(body.get("message").stringValue()).isEqualTo("partial_success");
        assertThat(body.get("succeeded").intValue()).isEqualTo(1);
        assertThat(body.get("failed").intValue()).isEqualTo(2);
        assertThat(body.get("files").get(0).get("status").stringValue()).isEqualTo("success");
        assertThat(body.get("files").get(0).get("filename").stringValue()).isEqualTo("pkg/SKILL.md");
        assertThat(body.get("files").get(1).get("status").stringValue()).isEqualTo("error");
        assertThat(body.get("files").get(1).get("filename").stringValue()).isEqualTo("../bad");
        assertThat(body.get("files").get(1).has("fileId")).isFalse();
        assertThat(body.get("files").get(2).get("error").stringValue()).contains("exceeds the limit");
        assertThat(download(body, 0).text()).isEqualTo("# skill");
        assertThat(download(body, 0).header("X-Read-Only")).isEqualTo("true");
    }

    @Test
    void batch_allGood_isSuccess() {
        JsonNode body = server.upload(
                        "/upload/batch", new Form().file("file", "a", "1").file("file", "b", ""))
                .json();

        assertThat(body.get("message").stringValue()).isEqualTo("success");
        assertThat(body.has("filesLimitReached")).isFalse();
    }

    @Test
    void batch_allBad_is200WithAnErrorAndASession() {
        TestServer.Answer answer = server.upload("/upload/batch", new Form().file("file", "../a", "1"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().get("message").stringValue()).isEqualTo("error");
        assertThat(answer.json().get("storage_session_id").stringValue()).hasSize(21);
    }

    @Test
    void batch_none_is400() {
        assertThat(server.upload("/upload/batch", new Form().field("kind", "user"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void batch_tooMany_takesTheFirstAndSaysSo() {
        Form form = new Form();
        for (int i = 0; i < 5; i++) {
            form.file("file", "f" + i, "x");
        }

        JsonNode body = server.upload("/upload/batch", form).json();

        assertThat(body.get("succeeded").intValue()).isEqualTo(3);
        assertThat(body.get("files").size()).isEqualTo(3);
        assertThat(body.get("filesLimitReached").booleanValue()).isTrue();
        assertThat(body.get("maxFiles").intValue()).isEqualTo(3);
    }

    @Test
    void batch_storeDown_is503AndKeepsNothing() {
        server.store.breakAfterWrites(1);

        TestServer.Answer answer =
                server.upload("/upload/batch", new Form().file("file", "a", "1").file("file", "b", "2"));

        assertThat(answer.status()).isEqualTo(503);
    }

    @Test
    void upload_bodyOfBytes_isKeptExactly() {
        byte[] content = new byte[300_000];
        new java.util.Random(7).nextBytes(content);

        JsonNode body = server.upload("/upload", new Form().file("file", "r.bin", content))
                .json();

        assertThat(download(body, 0).response().body()).isEqualTo(content);
    }

    private TestServer.Answer download(JsonNode body, int index) {
        return server.get("/download/" + body.get("session_id").stringValue() + "/"
                + body.get("files").get(index).get("fileId").stringValue());
    }

    private JsonNode metadata(JsonNode body) {
        return server.get("/sessions/" + body.get("session_id").stringValue() + "/objects/"
                        + body.get("files").get(0).get("fileId").stringValue())
                .json();
    }
}
