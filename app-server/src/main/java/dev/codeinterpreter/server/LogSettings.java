package dev.codeinterpreter.server;

/** What is logged and how. */
record LogSettings(LogLevel level, LogFormat format) {}
