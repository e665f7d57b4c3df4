package dev.codeinterpreter.adapter.nsjail.attack;

import static org.assertj.core.api.Assertions.assertThat;

import dev.codeinterpreter.core.sandbox.SandboxPort;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Attacks through sockets: on the network, on parts of the kernel behind rare protocols, on memory that sockets hold. */
@Timeout(180)
interface SocketAttackContract {

    SandboxPort port();

    @Test
    default void domains_butUnixAndInternet_areRefused() {
        Attacks.python(port(), """
                import ctypes
                libc = ctypes.CDLL(None, use_errno=True)
                for domain in range(50):
                    for kind in (1, 2, 3, 5):
                        if libc.socket(domain, kind, 0) >= 0:
                            print(domain, kind)
                """).said("1 1\n1 2\n1 5\n2 1\n2 2\n10 1\n10 2\n");
    }

    @Test
    default void rawSocketsAndRareProtocols_areRefused() {
        Attacks.python(port(), """
                import ctypes
                libc = ctypes.CDLL(None, use_errno=True)
                for domain in (2, 10, 16, 17, 29, 31, 38, 40, 44):
                    for kind in (1, 2, 3, 4, 5, 6, 10):
                        for protocol in range(300):
                            if libc.socket(domain, kind, protocol) >= 0:
                                print(domain, kind, protocol)
                """).said("2 1 0\n2 1 6\n2 2 0\n2 2 17\n10 1 0\n10 1 6\n10 2 0\n10 2 17\n");
    }

    @Test
    default void socketOptions_thatBringInMoreOfTheKernel_areRefused() {
        Attacks.python(port(), """
                import socket, struct
                tcp = socket.socket()
                for name, attack in {
                    'filter': lambda: tcp.setsockopt(1, 26, struct.pack('HxxxxxxQ', 1, 0)),
                    'bpf': lambda: tcp.setsockopt(1, 50, 3),
                    'reuseport filter': lambda: tcp.setsockopt(1, 51, struct.pack('HxxxxxxQ', 1, 0)),
                    'reuseport bpf': lambda: tcp.setsockopt(1, 52, 3),
                    'tls': lambda: tcp.setsockopt(6, 31, b'tls'),
                    'iptables': lambda: tcp.setsockopt(0, 64, bytes(100)),
                    'ip6tables': lambda: socket.socket(10).setsockopt(41, 64, bytes(100)),
                    'device': lambda: tcp.setsockopt(1, 25, b'eth0'),
                    'mark': lambda: tcp.setsockopt(1, 36, 1),
                    'transparent': lambda: tcp.setsockopt(0, 19, 1),
                    'big buffer': lambda: tcp.setsockopt(1, 33, 1 << 30),
                }.items():
                    try:
                        attack()
                        print(name, 'worked')
                    except OSError:
                        pass
                """).said("");
    }

    @Test
    default void network_outside_isNotReachedByAnyProtocol() {
        Attacks.python(port(), """
                import socket
                print(sorted(name for _, name in [(0, line.split(':')[0].strip()) for line in open('/proc/net/dev')][2:]))
                for family, address in (
                    (socket.AF_INET, '1.1.1.1'), (socket.AF_INET, '8.8.8.8'), (socket.AF_INET, '169.254.169.254'),
                    (socket.AF_INET, '10.0.0.1'), (socket.AF_INET, '172.17.0.1'), (socket.AF_INET, '192.168.0.1'),
                    (socket.AF_INET, '255.255.255.255'), (socket.AF_INET, '224.0.0.1'), (socket.AF_INET6, '2606:4700::1111'),
                    (socket.AF_INET6, 'fe80::1'), (socket.AF_INET6, 'fd00::1'), (socket.AF_INET6, 'ff02::1'),
                    (socket.AF_INET6, '::ffff:8.8.8.8')):
                    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
                        with socket.socket(family, kind) as tried:
                            tried.settimeout(5)
                            try:
                                tried.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
                                tried.connect((address, 53))
                                tried.send(b'x')
                                print('reached', address, kind)
                            except OSError:
                                pass
                for name in ('example.com', 'metadata.google.internal', 'host.docker.internal'):
                    try:
                        print('resolved', socket.getaddrinfo(name, 80))
                    except OSError:
                        pass
                """).said("['lo']\n");
    }

    @Test
    default void loopbackOfTheHost_isNotOurs() throws IOException {
        try (ServerSocketChannel server = ServerSocketChannel.open()) {
            server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            server.configureBlocking(false);
            int port = ((InetSocketAddress) server.getLocalAddress()).getPort();

            Attacks.python(port(), """
                    import socket
                    for address in ('127.0.0.1', '127.0.0.53', '127.1.2.3', '0.0.0.0', '::1', '::ffff:127.0.0.1'):
                        try:
                            socket.create_connection((address, %d), 5)
                            print('reached', address)
                        except OSError:
                            pass
                    """.formatted(port)).said("");

            assertThat(server.accept()).isNull();
        }
    }

    @Test
    default void ownLoopback_works() {
        Attacks.python(port(), """
                import socket, threading
                for family, address in ((socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1')):
                    server = socket.socket(family)
                    server.bind((address, 0))
                    server.listen()
                    client = socket.socket(family)
                    client.connect(server.getsockname())
                    peer, _ = server.accept()
                    threading.Thread(target=lambda: (client.sendall(b'x' * 5_000_000), client.close())).start()
                    count = 0
                    while data := peer.recv(1 << 20):
                        count += len(data)
                    print(count)
                """).said("5000000\n5000000\n");
    }

    @Test
    default void tcpBuffers_areNoMemoryBeyondTheLimit() {
        Attacks.python(port(), """
                import socket
                server = socket.socket()
                server.bind(('127.0.0.1', 0))
                server.listen()
                held, kept = 0, []
                for _ in range(200):
                    client = socket.socket()
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 24)
                    client.connect(server.getsockname())
                    kept += [client, server.accept()[0]]
                    client.setblocking(False)
                    try:
                        while True:
                            held += client.send(b'x' * 65536)
                    except BlockingIOError:
                        pass
                print(held <= 256 << 20)
                """).said("True\n");
    }

    @Test
    default void connectionsThatNobodyAccepts_areFewAndHoldLittle() {
        Attacks.python(port(), """
                import socket
                server = socket.socket()
                server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 24)
                server.bind(('127.0.0.1', 0))
                server.listen(100000)
                held, count = 0, 0
                try:
                    while count < 500:
                        client = socket.socket()
                        client.settimeout(2)
                        client.connect(server.getsockname())
                        client.setblocking(False)
                        try:
                            while True:
                                held += client.send(b'x' * 65536)
                        except BlockingIOError:
                            pass
                        client.close()
                        count += 1
                except TimeoutError:
                    pass
                print(count < 100, held <= 256 << 20)
                """).said("True True\n");
    }

    @Test
    default void datagramsThatNobodyReads_holdLittle() {
        Attacks.python(port(), """
                import os, socket
                def memory():
                    with open('/proc/net/sockstat') as counts:
                        return next(int(line.split()[-1]) for line in counts if line.startswith('UDP:')) * os.sysconf('SC_PAGESIZE')
                kept = []
                for _ in range(500):
                    kept.append(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
                    kept[-1].bind(('127.0.0.1', 0))
                    for _ in range(20):
                        try:
                            kept[0].sendto(b'x' * 60000, kept[-1].getsockname())
                        except OSError:
                            pass
                print(memory() <= 256 << 20)
                """).said("True\n");
    }
}
