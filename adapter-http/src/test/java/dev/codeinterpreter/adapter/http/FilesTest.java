package dev.codeinterpreter.adapter.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpRequest.BodyPublishers;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

final class FilesTest {

    private final TestServer server = TestServer.start();
    private String session = "";
    private String file = "";

    @BeforeEach
    void uploadOne() {
        JsonNode upload = server.upload("pkg/é.csv", "1,2").json();
        session = upload.get("session_id").stringValue();
        file = upload.get("files").get(0).get("fileId").stringValue();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void list_summary_isFoundByOldAndNewClients() {
        JsonNode item = list("?detail=summary").get(0);

        assertThat(item.get("name").stringValue()).isEqualTo(session + "/" + file);
        assertThat(item.get("fileId").stringValue()).isEqualTo(file);
        assertThat(item.get("id").stringValue()).isEqualTo(file);
        assertThat(item.get("lastModified").stringValue()).isEqualTo("2026-03-04T12:00:00.000Z");
        assertThat(item.get("size").intValue()).isEqualTo(3);
        assertThat(item.get("etag").stringValue()).isEqualTo("\"" + file + "\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "?detail=full", "?detail=anything", "?detail=full&kind=skill&id=sk+1&version=3"})
    void list_full_isTheDefault(String query) {
        JsonNode item = list(query).get(0);

        assertThat(item.get("name").stringValue()).isEqualTo(session + "/" + file);
        assertThat(item.get("id").stringValue()).isEqualTo(file);
        assertThat(item.get("fileId").stringValue()).isEqualTo(file);
        assertThat(item.get("storage_session_id").stringValue()).isEqualTo(session);
        assertThat(item.get("session_id").stringValue()).isEqualTo(session);
        assertThat(item.get("content").isNull()).isTrue();
        assertThat(item.get("metadata").get("original-filename").stringValue()).isEqualTo("pkg/é.csv");
        assertThat(item.get("metadata").get("original-filename-encoded").stringValue())
                .isEqualTo("none");
        assertThat(item.get("metadata").get("content-type")).isEqualTo(item.get("contentType"));
    }

    @Test
    void list_simple_hasBaseNameAndPath() {
        assertThat(list("?detail=simple").get(0).toString())
                .isEqualTo("{\"id\":\"" + file + "\",\"name\":\"é.csv\",\"path\":\"/pkg/é.csv\"}");
    }

    @Test
    void list_normalized_hasTheNameItself() {
        JsonNode item = list("?detail=normalized").get(0);

        assertThat(item.get("id").stringValue()).isEqualTo(file);
        assertThat(item.get("name").stringValue()).isEqualTo("pkg/é.csv");
        assertThat(item.get("storage_session_id").stringValue()).isEqualTo(session);
        assertThat(item.has("read_only")).isFalse();
    }

    @Test
    void list_unknownSession_is404ForNewClientsAndEmptyForOldOnes() {
        TestServer.Answer gone = server.get("/files/nOTHERE_aaaaaaaaaaaaa?detail=summary&kind=user&id=u1");

        assertThat(gone.status()).isEqualTo(404);
        assertThat(gone.json().get("error").stringValue()).isEqualTo("Session not found");
        assertThat(server.get("/files/nOTHERE_aaaaaaaaaaaaa?detail=summary").text())
                .isEqualTo("[]");
        assertThat(server.get("/files/nOTHERE_aaaaaaaaaaaaa?detail=full&kind=user")
                        .text())
                .isEqualTo("[]");
        assertThat(server.get("/files/other.shape").text()).isEqualTo("[]");
    }

    @Test
    void list_expiredSession_isUnknown() {
        server.clock.advance(Duration.ofHours(24));

        assertThat(server.get("/files/" + session).text()).isEqualTo("[]");
        assertThat(server.get("/download/" + session + "/" + file).status()).isEqualTo(404);
    }

    @Test
    void object_isTheWholeDescription() {
        JsonNode item = server.get("/v1/sessions/" + session + "/objects/" + file + "?kind=user&id=u1")
                .json();

        assertThat(item.get("lastModified").stringValue()).isEqualTo("2026-03-04T12:00:00.000Z");
        assertThat(item.get("originalFilename").stringValue()).isEqualTo("pkg/é.csv");
        assertThat(item.get("size").intValue()).isEqualTo(3);
        assertThat(item.get("contentType").stringValue()).startsWith("text/csv");
        assertThat(item.get("readOnly").booleanValue()).isFalse();
        assertThat(item.get("etag").stringValue()).isNotBlank();
    }

    @Test
    void object_missing_is404() {
        TestServer.Answer answer = server.get("/sessions/" + session + "/objects/nOTHERE_aaaaaaaaaaaaa");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.json().get("error").stringValue()).isEqualTo("File not found");
    }

    @Test
    void download_hasBytesAndHeaders() {
        TestServer.Answer answer = server.get("/download/" + session + "/" + file + "?kind=user&id=u1");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text()).isEqualTo("1,2");
        assertThat(answer.header("Content-Length")).isEqualTo("3");
        assertThat(answer.header("Content-Disposition"))
                .isEqualTo("attachment; filename=\"e.csv\"; filename*=UTF-8''%C3%A9.csv");
        assertThat(answer.header("Content-Type")).startsWith("text/csv");
        assertThat(answer.header("Connection")).isEqualTo("close");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("X-Read-Only")).isEmpty();
    }

    @Test
    void head_isTheDownloadWithoutItsBytes() {
        TestServer.Answer answer = server.send(
                server.request("/download/" + session + "/" + file).method("HEAD", BodyPublishers.noBody()));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Length")).isEqualTo("3");
        assertThat(answer.header("Content-Disposition")).contains("e.csv");
        assertThat(answer.response().body()).isEmpty();
    }

    @Test
    void head_missing_is404() {
        assertThat(server.send(server.request("/download/" + session + "/no").method("HEAD", BodyPublishers.noBody()))
                        .status())
                .isEqualTo(404);
    }

    @Test
    void download_missingOrOfAnotherSession_is404() {
        String other = server.upload("b", "x").json().get("session_id").stringValue();

        assertThat(server.get("/download/" + session + "/no").status()).isEqualTo(404);
        assertThat(server.get("/download/" + other + "/" + file).status()).isEqualTo(404);
        assertThat(server.get("/download/" + session + "/no")
                        .json()
                        .get("error")
                        .stringValue())
                .isEqualTo("File not found");
    }

    @Test
    void download_storeDown_is503() {
        server.store.breakReads();

        assertThat(server.get("/download/" + session + "/" + file).status()).isEqualTo(503);
    }

    @Test
    void download_storeBreaksOffInTheMiddle_isSeenByTheClient() {
        JsonNode upload = server.upload("big", "x".repeat(1 << 20)).json();
        server.cutting.cutReadsAfter(200_000);

        assertThatThrownBy(
                        () -> server.get("/download/" + upload.get("session_id").stringValue() + "/"
                                + upload.get("files").get(0).get("fileId").stringValue()))
                .isInstanceOf(java.io.UncheckedIOException.class);
    }

    @Test
    void delete_twice_is200Then404() {
        TestServer.Answer first = server.delete("/files/" + session + "/" + file + "?kind=user&id=u1");
        TestServer.Answer second = server.delete("/v1/files/" + session + "/" + file);

        assertThat(first.status()).isEqualTo(200);
        assertThat(first.text())
                .isEqualTo("{\"message\":\"File deleted successfully\",\"session_id\":\"" + session + "\",\"fileId\":\""
                        + file + "\"}");
        assertThat(second.status()).isEqualTo(404);
        assertThat(second.json().get("error").stringValue()).isEqualTo("File not found");
        assertThat(server.get("/files/" + session).text()).isEqualTo("[]");
    }

    private JsonNode list(String query) {
        TestServer.Answer answer = server.get("/files/" + session + query);
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Connection")).isEqualTo("close");
        return answer.json();
    }
}
