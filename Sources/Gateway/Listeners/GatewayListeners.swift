import GatewayConfig
import Glibc
import NIOConcurrencyHelpers
import NIOCore
import NIOPosix

/// The listeners of a gateway: opens them, and closes them.
final class GatewayListeners: Sendable {
    private struct Listener: Sendable {
        var channel: any Channel
        var setup: ConnectionSetup
        /// The service manager has the socket too, so that it stays open.
        var isHandedOver: Bool
    }

    private let group: MultiThreadedEventLoopGroup
    private let loops: [ObjectIdentifier: GatewayLoop]
    private let services: GatewayServices
    private let opened = NIOLockedValueBox<(listeners: [Listener], files: [UnixSocketFile])>(([], []))

    init(group: MultiThreadedEventLoopGroup, loops: [GatewayLoop], services: GatewayServices) {
        self.group = group
        self.loops = Dictionary(uniqueKeysWithValues: loops.map { (ObjectIdentifier($0.eventLoop), $0) })
        self.services = services
    }

    /// Opens all listeners of a configuration.
    ///
    /// - Returns: Where they listen, in the order of the configuration.
    /// - Throws: ``GatewayStartError``; those that are open then stay so until ``close()``.
    func open(_ listeners: [ListenConfiguration]) async throws -> [SocketAddress] {
        let handedOver = try SocketActivation.take()
        for (index, listener) in listeners.enumerated() {
            let setup = ConnectionSetup(listener: listener, index: index)
            let isHandedOver = if case .systemd = listener.address { true } else { false }
            for channel in try await open(listener, setup, handedOver) {
                let listener = Listener(channel: channel, setup: setup, isHandedOver: isHandedOver)
                opened.withLockedValue { $0.listeners.append(listener) }
                services.logger.notice("listening", metadata: ["address": "\(Self.text(channel.localAddress))"])
            }
        }
        warnOfUnused(handedOver, listeners)
        return opened.withLockedValue { $0.listeners.compactMap(\.channel.localAddress) }
    }

    /// Whether there are listeners that the service manager has the sockets of, too.
    var areHandedOver: Bool { opened.withLockedValue { $0.listeners.contains(where: \.isHandedOver) } }

    /// Accepts nothing more. No client that was connected by then is lost: what is being accepted is let in, and so is
    /// what the kernel has accepted for a socket that is nobody else's.
    ///
    /// - Parameter keepsHandedOver: Whether the sockets that the service manager has too are still listened on.
    func close(keepsHandedOver: Bool = false) async {
        let (listeners, files) = opened.withLockedValue { opened in
            let closing = opened.listeners.filter { !(keepsHandedOver && $0.isHandedOver) }
            defer { opened = (keepsHandedOver ? opened.listeners.filter(\.isHandedOver) : [], []) }
            return (closing, opened.files)
        }
        for file in files { file.remove() }
        for listener in listeners { try? await listener.channel.triggerUserOutboundEvent(AcceptGate.Stop()).get() }
        await settleAccepted()
        for listener in listeners {
            let queue = listener.isHandedOver ? nil : await queue(of: listener)
            try? await listener.channel.close()
            if let queue { await takeIn(queue, listener.setup) }
        }
    }

    /// Waits for connections that were accepted and are not counted yet, or not closed: one goes from the listener's
    /// loop to its own, back, and to its own again, and would be dropped if the listener closed, or the loops ended,
    /// meanwhile.
    private func settleAccepted() async {
        for _ in 1...3 {
            for loop in loops.values { try? await loop.eventLoop.submit {}.get() }
        }
    }

    private func queue(of listener: Listener) async -> AcceptQueue? {
        let channel = listener.channel
        return try? await channel.eventLoop.submit {
            try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
                AcceptQueue(of: $0)
            }.flatMap { $0 }
        }.get()
    }

    private func takeIn(_ queue: AcceptQueue, _ setup: ConnectionSetup) async {
        var taken: [EventLoopFuture<any Channel>] = []
        let room = services.maximumConnections - services.metrics.connections.load(ordering: .relaxed)
        while taken.count < room, let descriptor = queue.next() { taken.append(takeIn(descriptor, setup)) }
        queue.close()
        for connection in taken { _ = try? await connection.get() }
        guard !taken.isEmpty else { return }
        services.logger.info("served what waited to be accepted", metadata: ["connections": "\(taken.count)"])
    }

    private func takeIn(_ descriptor: CInt, _ setup: ConnectionSetup) -> EventLoopFuture<any Channel> {
        let (loops, metrics) = (loops, services.metrics)
        return ClientBootstrap(group: group.next())
            // Only to have it leave out TCP_NODELAY, which Unix sockets don't have and TCP sockets get below.
            .enableMPTCP(true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    metrics.accepted(channel)
                    try Self.begin(channel, setup, loops)
                }
            }
            .withConnectedSocket(descriptor)
    }

    private static func begin(
        _ channel: any Channel,
        _ setup: ConnectionSetup,
        _ loops: [ObjectIdentifier: GatewayLoop]
    ) throws {
        guard let loop = loops[ObjectIdentifier(channel.eventLoop)] else {
            throw ChannelError.inappropriateOperationForState
        }
        // Anything that waits is a sign that the client doesn't take its response: nothing more is made for it then.
        try channel.syncOptions?.setOption(.writeBufferWaterMark, value: .init(low: 1, high: 1))
        try channel.syncOptions?.setOption(.maxMessagesPerRead, value: 1)
        if channel.localAddress?.protocol != .unix {
            try channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1)
            // A slow reader then shows that it makes progress every so many bytes, and not each time that a third of
            // the kernel's buffer, which may be megabytes, is free.
            try channel.syncOptions?.setOption(.tcpOption(.init(rawValue: TCP_NOTSENT_LOWAT)), value: 128 << 10)
        }
        try setup.begin(channel, on: loop)
    }

    private func open(
        _ listener: ListenConfiguration,
        _ setup: ConnectionSetup,
        _ handedOver: SocketActivation
    ) async throws -> [any Channel] {
        do {
            switch listener.address {
            case .socket(let address):
                let bootstrap = bootstrap(setup, isTCP: true)
                if listener.reusePort {
                    _ = bootstrap.serverChannelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
                }
                return [try await bootstrap.bind(host: address.host, port: address.port).get()]
            case .unix(let path):
                let (file, descriptor) = try UnixSocketFile.bind(path, mode: listener.mode)
                opened.withLockedValue { $0.files.append(file) }
                return [try await bootstrap(setup, isTCP: false).withBoundSocket(descriptor).get()]
            case .systemd(let name):
                return try await adopt(handedOver.descriptors(named: name), name, handedOver, setup)
            }
        } catch {
            throw GatewayStartError("listen: \(ListenFailure.text(error, address: "\(listener.address)"))")
        }
    }

    private func adopt(
        _ descriptors: [CInt],
        _ name: String,
        _ handedOver: SocketActivation,
        _ setup: ConnectionSetup
    ) async throws -> [any Channel] {
        guard !descriptors.isEmpty else {
            let names = handedOver.entries.map(\.name).joined(separator: ", ")
            throw GatewayStartError(
                "the service manager has handed over no socket that is named \(name)"
                    + (names.isEmpty ? "; it has handed over none at all: start the socket unit" : ", only \(names)")
            )
        }
        var channels: [any Channel] = []
        for descriptor in descriptors {
            let isTCP = Self.family(of: descriptor) != AF_UNIX
            channels.append(try await bootstrap(setup, isTCP: isTCP).withBoundSocket(descriptor).get())
        }
        return channels
    }

    private func bootstrap(_ setup: ConnectionSetup, isTCP: Bool) -> ServerBootstrap {
        let (loops, services) = (loops, services)
        let room = RoomMaker(Array(loops.values))
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let gate = AcceptGate(
                        metrics: services.metrics,
                        maximum: services.maximumConnections,
                        room: room,
                        logger: services.logger
                    )
                    try channel.pipeline.syncOperations.addHandler(gate)
                }
            }
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try Self.begin(channel, setup, loops) }
            }
        return isTCP ? bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1) : bootstrap
    }

    /// A socket that nobody listens on would have its clients wait for ever.
    private func warnOfUnused(_ handedOver: SocketActivation, _ listeners: [ListenConfiguration]) {
        for entry in handedOver.entries where !listeners.contains(where: { $0.address == .systemd(entry.name) }) {
            services.logger.warning(
                "a socket of the service manager is not used: no listener has its name",
                metadata: ["address": "systemd:\(entry.name)"]
            )
            Glibc.close(entry.descriptor)
        }
    }

    private static func family(of descriptor: CInt) -> CInt {
        var address = sockaddr_storage()
        var size = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        return result == 0 ? CInt(address.ss_family) : AF_INET
    }

    private static func text(_ address: SocketAddress?) -> String {
        if let path = address?.pathname { return "unix:\(path)" }
        guard let address, let host = address.ipAddress, let port = address.port else { return "unknown" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
