package dev.codeinterpreter.product;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The README's second example: a table goes in, a picture comes out. */
final class CsvToPngIT {
    private static final byte[] PNG_MAGIC = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    @Test
    void exec_pandasAndMatplotlib_makeAPictureOfAnUploadedTable() throws Exception {
        try (RunningServer server = RunningServer.start()) {
            JsonNode upload = server.upload("sales.csv", "month,sales\nJan,12\nFeb,19\nMar,31\n");
            String session = upload.path("session_id").asString();
            Map<String, String> table = Map.of(
                    "id",
                    upload.path("files").path(0).path("fileId").asString(),
                    "session_id",
                    session,
                    "name",
                    "sales.csv");

            JsonNode answer = server.execute(Map.of(
                    "lang", "py",
                    "code", """
                            import pandas as pd
                            import matplotlib.pyplot as plt
                            sales = pd.read_csv("sales.csv")
                            sales.plot(x="month", y="sales", kind="bar")
                            plt.savefig("sales.png")
                            print(sales["sales"].sum())
                            """,
                    "files", List.of(table)));

            assertThat(answer.path("stderr").asString()).isEmpty();
            assertThat(answer.path("stdout").asString()).isEqualTo("62\n");
            JsonNode picture = answer.path("files")
                    .valueStream()
                    .filter(file -> file.path("name").asString().equals("sales.png"))
                    .findFirst()
                    .orElseThrow();
            HttpResponse<byte[]> download =
                    server.get("/download/" + picture.path("storage_session_id").asString() + "/"
                            + picture.path("id").asString());
            assertThat(download.statusCode()).isEqualTo(200);
            assertThat(Arrays.copyOf(download.body(), PNG_MAGIC.length)).isEqualTo(PNG_MAGIC);
            assertThat(download.body()).hasSizeGreaterThan(2000);
        }
    }
}
