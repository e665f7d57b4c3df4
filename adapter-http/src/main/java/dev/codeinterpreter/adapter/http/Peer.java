package dev.codeinterpreter.adapter.http;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.eclipse.jetty.ee10.servlet.ServletContextRequest;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.util.BufferUtil;

/**
 * The client of a request that is being worked on, watched for its hanging up.
 *
 * <p>Jetty does not read from a connection while a blocking handler works, so it does not notice the end of it. This class reads
 * one byte without waiting: the end of the stream means that the client is gone. A byte is the beginning of the client's next
 * request; it is put back into the connection's buffer, and the client is taken as present from then on.
 *
 * <p>To be used by the thread that handles the request, after the body was read to its end, and by no other one: then nobody else
 * reads from the connection.
 */
final class Peer {

    private final EndPoint endPoint;
    private final Connection connection;
    private boolean sentMore;

    private Peer(EndPoint endPoint, Connection connection) {
        this.endPoint = endPoint;
        this.connection = connection;
    }

    static Peer of(HttpServletRequest request) {
        Connection connection = ServletContextRequest.getServletContextRequest(request)
                .getConnectionMetaData()
                .getConnection();
        Peer peer = new Peer(connection.getEndPoint(), connection);
        peer.sentMore = peer.hasPipelined();
        return peer;
    }

    /** How long the connection may be silent from now on. */
    void allowSilence(long milliseconds) {
        endPoint.setIdleTimeout(milliseconds);
    }

    /** Whether the client closed the connection or its sending half. Does not wait. */
    boolean isGone() {
        if (!endPoint.isOpen()) {
            return true;
        }
        if (sentMore || !(connection instanceof Connection.UpgradeTo buffered)) {
            return false;
        }
        ByteBuffer next = BufferUtil.allocate(1);
        try {
            int count = endPoint.fill(next);
            if (count > 0) {
                buffered.onUpgradeTo(next);
                sentMore = true;
            }
            return count < 0;
        } catch (IOException reset) {
            return true;
        }
    }

    /** Whether the client's next request is here already; what is read of it is put back. */
    private boolean hasPipelined() {
        if (connection instanceof Connection.UpgradeFrom from && connection instanceof Connection.UpgradeTo to) {
            ByteBuffer unread = from.onUpgradeFrom();
            if (unread != null && unread.hasRemaining()) {
                to.onUpgradeTo(unread);
                return true;
            }
        }
        return false;
    }
}
