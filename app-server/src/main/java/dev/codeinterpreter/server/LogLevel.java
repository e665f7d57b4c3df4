package dev.codeinterpreter.server;

/** The least important messages that are still logged. */
enum LogLevel {
    DEBUG,
    INFO,
    WARNING,
    ERROR
}
