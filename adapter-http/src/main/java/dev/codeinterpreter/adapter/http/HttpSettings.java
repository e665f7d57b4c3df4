package dev.codeinterpreter.adapter.http;

import dev.codeinterpreter.core.failure.InvalidRequestException;
import java.time.Duration;

/**
 * How the HTTP server listens and what it accepts.
 *
 * @param host the address to listen on; {@code 0.0.0.0} for all of this machine
 * @param port 1 to 65535, or 0 for a free one
 * @param version of the product, as {@code /health} tells it
 */
public record HttpSettings(String host, int port, String version, Sizes sizes, Times times, Load load) {

    /** All addresses, port 8000, and the defaults of the parts. */
    public static final HttpSettings DEFAULT =
            new HttpSettings("0.0.0.0", 8000, manifestVersion(), Sizes.DEFAULT, Times.DEFAULT, Load.DEFAULT);

    /** @throws InvalidRequestException naming the first setting that is out of its range */
    public HttpSettings {
        Rule.require("host", !host.isBlank(), "'" + host + "'", "an address");
        Rule.require("port", port >= 0 && port <= 65_535, port, "from 0 to 65535");
    }

    public HttpSettings withHost(String value) {
        return new HttpSettings(value, port, version, sizes, times, load);
    }

    public HttpSettings withPort(int value) {
        return new HttpSettings(host, value, version, sizes, times, load);
    }

    public HttpSettings withVersion(String value) {
        return new HttpSettings(host, port, value, sizes, times, load);
    }

    public HttpSettings withSizes(Sizes value) {
        return new HttpSettings(host, port, version, value, times, load);
    }

    public HttpSettings withTimes(Times value) {
        return new HttpSettings(host, port, version, sizes, value, load);
    }

    public HttpSettings withLoad(Load value) {
        return new HttpSettings(host, port, version, sizes, times, value);
    }

    /**
     * How large one request may be.
     *
     * @param headerBytes request line and header fields together; at least 1024
     * @param bodyBytes a JSON body; at least 1
     * @param uploadBytes a multipart body, all files together; at least 1
     * @param uploadFiles files in one multipart body; at least 1
     */
    public record Sizes(int headerBytes, long bodyBytes, long uploadBytes, int uploadFiles) {

        /** 16 KiB of headers, 50 MiB of JSON, 1 GiB and 300 files of uploads. */
        public static final Sizes DEFAULT = new Sizes(16 << 10, 50L << 20, 1L << 30, 300);

        /** @throws InvalidRequestException naming the first size that is out of its range */
        public Sizes {
            Rule.require("headerBytes", headerBytes >= 1024, headerBytes, "at least 1024");
            Rule.require("bodyBytes", bodyBytes >= 1, bodyBytes, "at least 1");
            Rule.require("uploadBytes", uploadBytes >= 1, uploadBytes, "at least 1");
            Rule.require("uploadFiles", uploadFiles >= 1, uploadFiles, "at least 1");
        }

        public Sizes withHeaderBytes(int value) {
            return new Sizes(value, bodyBytes, uploadBytes, uploadFiles);
        }

        public Sizes withBodyBytes(long value) {
            return new Sizes(headerBytes, value, uploadBytes, uploadFiles);
        }

        public Sizes withUploadBytes(long value) {
            return new Sizes(headerBytes, bodyBytes, value, uploadFiles);
        }

        public Sizes withUploadFiles(int value) {
            return new Sizes(headerBytes, bodyBytes, uploadBytes, value);
        }
    }

    /**
     * How long things may take; all of them at least 1 ms.
     *
     * @param idle how long a connection may be silent before it is closed; also the longest wait for the next bytes of a body
     * @param header from the first byte of a request to the end of its header
     * @param body from the first byte of a body to its last
     * @param keepAlive after how long an execution without a result gets a byte of whitespace, and then the next one
     * @param peerCheck how often a running execution looks whether its client is still there
     * @param close how long {@link HttpServer#close} lets running requests finish before it cancels their executions
     */
    public record Times(
            Duration idle, Duration header, Duration body, Duration keepAlive, Duration peerCheck, Duration close) {

        /** 120 s idle, 20 s for a header, 300 s for a body, whitespace every 2.5 s, a look at the client each 0.5 s, 20 s to close. */
        public static final Times DEFAULT = new Times(
                Duration.ofSeconds(120),
                Duration.ofSeconds(20),
                Duration.ofSeconds(300),
                Duration.ofMillis(2500),
                Duration.ofMillis(500),
                Duration.ofSeconds(20));

        /** @throws InvalidRequestException naming the first time that is out of its range */
        public Times {
            requirePositive("idle", idle);
            requirePositive("header", header);
            requirePositive("body", body);
            requirePositive("keepAlive", keepAlive);
            requirePositive("peerCheck", peerCheck);
            requirePositive("close", close);
        }

        public Times withIdle(Duration value) {
            return new Times(value, header, body, keepAlive, peerCheck, close);
        }

        public Times withHeader(Duration value) {
            return new Times(idle, value, body, keepAlive, peerCheck, close);
        }

        public Times withBody(Duration value) {
            return new Times(idle, header, value, keepAlive, peerCheck, close);
        }

        public Times withKeepAlive(Duration value) {
            return new Times(idle, header, body, value, peerCheck, close);
        }

        public Times withPeerCheck(Duration value) {
            return new Times(idle, header, body, keepAlive, value, close);
        }

        public Times withClose(Duration value) {
            return new Times(idle, header, body, keepAlive, peerCheck, value);
        }

        private static void requirePositive(String name, Duration value) {
            Rule.require(name, value.toMillis() >= 1, value, "at least 1 ms");
        }
    }

    /**
     * How much is served at the same time.
     *
     * @param requests requests that are worked on; further ones wait. Should be larger than the executions that run and wait, so
     *     that these never keep a health check waiting; at least 1
     * @param connections open connections; further ones are not accepted until one is closed; at least 1
     */
    public record Load(int requests, int connections) {

        /** 1024 requests, 8192 connections. */
        public static final Load DEFAULT = new Load(1024, 8192);

        /** @throws InvalidRequestException naming the first bound that is out of its range */
        public Load {
            Rule.require("requests", requests >= 1, requests, "at least 1");
            Rule.require("connections", connections >= 1, connections, "at least 1");
        }
    }

    /** What the jar's manifest says; classes that are in no jar have no version. */
    private static String manifestVersion() {
        String version = HttpSettings.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /**
     * In a class of its own: were it a method of the outer record, making a part's default would first make the outer one's, out
     * of parts that are not there yet.
     */
    private static final class Rule {
        private static void require(String name, boolean holds, Object value, String rule) {
            if (!holds) {
                throw new InvalidRequestException(name, "out_of_range", name + " must be " + rule + ", it is " + value);
            }
        }
    }
}
