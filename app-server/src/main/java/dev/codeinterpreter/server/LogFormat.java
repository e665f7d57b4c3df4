package dev.codeinterpreter.server;

/** What a log line looks like. */
enum LogFormat {
    /** For people: time, level, logger, message. */
    TEXT,
    /** For collectors: one JSON object per line. */
    JSON
}
