// swift-tools-version: 6.2
import PackageDescription

/// Set by deploy/test.sh: a warning in our own targets then fails the build. It isn't the default, lest a newer
/// compiler's new warning stop somebody's build.
let strict = Context.environment["SCOPEGATE_STRICT"] == "1"

/// Set by Tests/Sanitizers/thread.sh, for locks that ThreadSanitizer can see.
let threadSanitizer = Context.environment["SCOPEGATE_THREAD_SANITIZER"] == "1"

/// Set by what builds packages and images, for `scopegate --version`.
let commit = Context.environment["SCOPEGATE_COMMIT"].map { $0.filter { $0.isASCII && ($0.isLetter || $0.isNumber) } }

let settings: [SwiftSetting] =
    [.enableUpcomingFeature("ExistentialAny")] + (strict ? [.treatAllWarnings(as: .error)] : [])
    + (threadSanitizer ? [.define("THREAD_SANITIZER")] : [])

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioLocks: Target.Dependency = .product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTP2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let nioHPACK: Target.Dependency = .product(name: "NIOHPACK", package: "swift-nio-http2")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")

let package = Package(
    name: "scopegate",
    products: [.executable(name: "scopegate", targets: ["scopegate"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        // Pure: no Foundation, no NIO, no C library.
        .target(name: "HTTP1", swiftSettings: settings),
        .target(name: "ScopeModel", swiftSettings: settings),
        .target(name: "RouteMap", dependencies: ["HTTP1", "ScopeModel"], swiftSettings: settings),
        // What `scopegate probe` asks, and what it makes of the answers.
        .target(name: "Probe", dependencies: ["HTTP1", "RouteMap", "ScopeModel"], swiftSettings: settings),
        .target(name: "StrictJSON", swiftSettings: settings),
        .target(name: "CivilCalendar", swiftSettings: settings),
        .target(name: "Redaction", swiftSettings: settings),
        .target(
            name: "Introspection",
            dependencies: ["CivilCalendar", "HTTP1", "ScopeModel", "StrictJSON"],
            swiftSettings: settings
        ),

        .target(name: "Balancing", swiftSettings: settings),
        .target(name: "HTTP2", swiftSettings: settings),
        .target(name: "ProxyProtocol", swiftSettings: settings),

        // Thin layers over the system's C libraries.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CGlibc"),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CAudit", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(
            name: "CBuild",
            cSettings: commit.map { [.define("SCOPEGATE_COMMIT", to: "\"\($0)\"")] } ?? []
        ),
        .target(name: "Digests", dependencies: ["CCrypto"], swiftSettings: settings),
        .target(
            name: "CurlTransport",
            dependencies: [
                "CCurl", "Digests", nioCore, nioPosix, nioLocks,
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: settings
        ),

        .target(
            name: "Audit",
            dependencies: ["CAudit", "CivilCalendar", "Digests", "Redaction", "StrictJSON"],
            swiftSettings: settings
        ),
        .target(
            name: "GatewayConfig",
            dependencies: [
                "HTTP1", "Introspection", "RouteMap", "ScopeModel", "StrictJSON",
                .product(name: "Yams", package: "Yams"),
            ],
            // Links to config/: what is built in is what is shipped.
            resources: [.embedInCode("Embedded/catalog.yaml"), .embedInCode("Embedded/routes.yaml")],
            swiftSettings: settings
        ),
        // A backend of swift-metrics in Prometheus' text format.
        .target(name: "PrometheusMetrics", dependencies: [metrics], swiftSettings: settings),
        // A small HTTP server for what isn't the gateway's main job: the admin listener and the demo.
        .target(
            name: "SimpleHTTP",
            dependencies: ["CivilCalendar", "HTTP1", nioCore, nioPosix],
            swiftSettings: settings
        ),
        .target(
            name: "Gateway",
            dependencies: [
                "Audit", "Balancing", "CGlibc", "CurlTransport", "Digests", "GatewayConfig", "HTTP1", "HTTP2",
                "Introspection", "Probe", "PrometheusMetrics", "ProxyProtocol", "Redaction", "RouteMap", "ScopeModel",
                "SimpleHTTP",
                "StrictJSON",
                .product(name: "DequeModule", package: "swift-collections"), nioCore, nioPosix, nioLocks, nioTLS,
                nioSSL,
                nioHTTP2, nioHPACK, logging, metrics, .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            resources: [.embedInCode("Admin/openapi.json"), .embedInCode("Admin/Console")],
            swiftSettings: settings
        ),
        // What `scopegate top` makes of the admin listener's answers: pure.
        .target(name: "Top", dependencies: ["StrictJSON"], swiftSettings: settings),
        .target(
            name: "JournalDemo",
            dependencies: ["CivilCalendar", "HTTP1", "SimpleHTTP", nioCore, nioPosix],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "scopegate",
            dependencies: [
                "Audit", "CBuild", "CurlTransport", "Digests", "Gateway", "GatewayConfig", "HTTP1", "Introspection",
                "JournalDemo", "Probe", "RouteMap", "ScopeModel", "StrictJSON", "Top", logging, nioPosix,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),

        .testTarget(
            name: "HTTP1Tests",
            dependencies: [
                "HTTP1", nioCore, .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
        .testTarget(name: "BalancingTests", dependencies: ["Balancing"], swiftSettings: settings),
        .testTarget(name: "CivilCalendarTests", dependencies: ["CivilCalendar"], swiftSettings: settings),
        .testTarget(name: "RedactionTests", dependencies: ["Redaction"], swiftSettings: settings),
        .testTarget(name: "HTTP2Tests", dependencies: ["HTTP1", "HTTP2"], swiftSettings: settings),
        .testTarget(name: "ProxyProtocolTests", dependencies: ["ProxyProtocol"], swiftSettings: settings),
        .testTarget(name: "ScopeModelTests", dependencies: ["ScopeModel"], swiftSettings: settings),
        .testTarget(name: "RouteMapTests", dependencies: ["HTTP1", "RouteMap", "ScopeModel"], swiftSettings: settings),
        // What tests of several targets need.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        .testTarget(
            name: "ProbeTests",
            dependencies: ["HTTP1", "Probe", "RouteMap", "ScopeModel"],
            swiftSettings: settings
        ),
        .testTarget(name: "TopTests", dependencies: ["StrictJSON", "Top"], swiftSettings: settings),
        .testTarget(name: "StrictJSONTests", dependencies: ["StrictJSON", "TestSupport"], swiftSettings: settings),
        .testTarget(
            name: "IntrospectionTests",
            dependencies: ["Introspection", "ScopeModel", "StrictJSON", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(name: "DigestsTests", dependencies: ["Digests"], swiftSettings: settings),
        .testTarget(
            name: "AuditTests",
            dependencies: ["Audit", "Digests", "Redaction", "StrictJSON", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "GatewayConfigTests",
            dependencies: [
                "GatewayConfig", "HTTP1", "RouteMap", "ScopeModel", .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "JournalDemoTests",
            dependencies: ["HTTP1", "JournalDemo", "SimpleHTTP", nioCore, nioPosix],
            swiftSettings: settings
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: ["HTTP1", "JournalDemo", "SimpleHTTP", "scopegate", nioCore, nioPosix],
            exclude: [
                "CommandLine/Mistakes/OperatorMistakes.md", "OAuth/authlib_server.py", "OAuth/django_server.py",
                "Raw/Cases", "Raw/README.md", "Raw/compare.sh",
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "CurlTransportTests",
            dependencies: ["CCurl", "CurlTransport", nioCore, nioPosix],
            swiftSettings: settings
        ),
        .testTarget(
            name: "PrometheusMetricsTests",
            dependencies: ["PrometheusMetrics", metrics],
            swiftSettings: settings
        ),
        .testTarget(
            name: "GatewayTests",
            dependencies: [
                "Gateway", "GatewayConfig", "HTTP1", "HTTP2", "Introspection", "Probe", "PrometheusMetrics",
                "Redaction",
                "RouteMap",
                "ScopeModel", "SimpleHTTP",
                nioCore, nioPosix, nioSSL, .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
