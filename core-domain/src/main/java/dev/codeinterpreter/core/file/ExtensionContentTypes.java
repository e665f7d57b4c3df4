package dev.codeinterpreter.core.file;

import java.net.URLConnection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Goes by the extension of the name: first a table of what programs here read and write, then what the JDK knows. */
final class ExtensionContentTypes implements ContentTypes {

    private static final Map<String, String> BY_EXTENSION = Map.ofEntries(
            Map.entry("csv", "text/csv"),
            Map.entry("tsv", "text/tab-separated-values"),
            Map.entry("txt", "text/plain"),
            Map.entry("log", "text/plain"),
            Map.entry("md", "text/markdown"),
            Map.entry("html", "text/html"),
            Map.entry("css", "text/css"),
            Map.entry("js", "text/javascript"),
            Map.entry("mjs", "text/javascript"),
            Map.entry("ts", "text/x-typescript"),
            Map.entry("py", "text/x-python"),
            Map.entry("sh", "text/x-shellscript"),
            Map.entry("c", "text/x-c"),
            Map.entry("h", "text/x-c"),
            Map.entry("cpp", "text/x-c++"),
            Map.entry("java", "text/x-java"),
            Map.entry("go", "text/x-go"),
            Map.entry("rs", "text/x-rust"),
            Map.entry("r", "text/x-r"),
            Map.entry("sql", "text/x-sql"),
            Map.entry("json", "application/json"),
            Map.entry("jsonl", "application/x-ndjson"),
            Map.entry("ipynb", "application/x-ipynb+json"),
            Map.entry("yaml", "application/yaml"),
            Map.entry("yml", "application/yaml"),
            Map.entry("toml", "application/toml"),
            Map.entry("xml", "application/xml"),
            Map.entry("parquet", "application/vnd.apache.parquet"),
            Map.entry("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
            Map.entry("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            Map.entry("pptx", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
            Map.entry("svg", "image/svg+xml"),
            Map.entry("webp", "image/webp"),
            Map.entry("7z", "application/x-7z-compressed"));

    @Override
    public String of(FileName name) {
        String segment = name.lastSegment();
        int dot = segment.lastIndexOf('.');
        if (dot < 0 || dot == segment.length() - 1) {
            return UNKNOWN;
        }
        String extension = segment.substring(dot + 1).toLowerCase(Locale.ROOT);
        return Optional.ofNullable(BY_EXTENSION.get(extension))
                .or(() -> Optional.ofNullable(URLConnection.guessContentTypeFromName("file." + extension)))
                .orElse(UNKNOWN);
    }
}
