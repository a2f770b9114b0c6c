// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the main one builds without sanitizers and knows nothing of fuzzing. The code under
// test is compiled from the main package's own folders, by symbolic links: thus it is instrumented, and its internal
// declarations are within reach. run.sh builds it.

/// A warning in our own targets fails the build where it does in the main package.
let strict = Context.environment["SCOPEGATE_STRICT"] == "1"

let settings: [SwiftSetting] =
    [.enableUpcomingFeature("ExistentialAny")] + (strict ? [.treatAllWarnings(as: .error)] : [])

/// libFuzzer brings the entry point.
let fuzzerSettings: [SwiftSetting] = settings + [.unsafeFlags(["-parse-as-library"])]

func fuzzer(_ product: String, _ target: String, _ dependencies: [Target.Dependency]) -> (Product, Target) {
    (
        .executable(name: product, targets: [target]),
        .executableTarget(name: target, dependencies: ["FuzzSupport"] + dependencies, swiftSettings: fuzzerSettings)
    )
}

let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")

let fuzzers = [
    fuzzer("request-head", "FuzzRequestHead", ["HTTP1"]),
    fuzzer("response-head", "FuzzResponseHead", ["HTTP1"]),
    fuzzer("chunked-coding", "FuzzChunkedCoding", ["HTTP1"]),
    fuzzer("request-target", "FuzzRequestTarget", ["HTTP1"]),
    fuzzer("header-rules", "FuzzHeaderRules", ["Digests", "GatewayConfig", "HTTP1", "Redaction", nioCore]),
    fuzzer("configuration", "FuzzConfiguration", ["GatewayConfig", "HTTP1", "RouteMap"]),
    fuzzer("import", "FuzzImport", ["GatewayConfig", "HTTP1", "RouteMap"]),
    fuzzer("introspection-answer", "FuzzIntrospectionAnswer", ["Introspection", "ScopeModel", "StrictJSON"]),
    fuzzer(
        "codec-differential",
        "FuzzCodecDifferential",
        [
            "HTTP1", nioCore, .product(name: "NIOEmbedded", package: "swift-nio"),
            .product(name: "NIOHTTP1", package: "swift-nio"),
        ]
    ),
    fuzzer("audit-line", "FuzzAuditLine", ["Audit", "Redaction", "StrictJSON"]),
    fuzzer("matcher-differential", "FuzzMatcherDifferential", ["HTTP1", "RouteMap", "ScopeModel"]),
]

let package = Package(
    name: "scopegate-fuzz",
    products: fuzzers.map(\.0),
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    ],
    targets: [
        .target(name: "HTTP1", swiftSettings: settings),
        .target(name: "ScopeModel", swiftSettings: settings),
        .target(name: "RouteMap", dependencies: ["HTTP1", "ScopeModel"], swiftSettings: settings),
        .target(name: "StrictJSON", swiftSettings: settings),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CAudit", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Digests", dependencies: ["CCrypto"], swiftSettings: settings),
        // Its records are rendered by what it keeps to itself.
        .target(
            name: "Audit",
            dependencies: ["CAudit", "CivilCalendar", "Digests", "Redaction", "StrictJSON"],
            swiftSettings: settings + [.unsafeFlags(["-enable-testing"])]
        ),
        .target(name: "CivilCalendar", swiftSettings: settings),
        .target(name: "Redaction", swiftSettings: settings),
        .target(
            name: "Introspection",
            dependencies: ["CivilCalendar", "HTTP1", "ScopeModel", "StrictJSON"],
            swiftSettings: settings
        ),
        .target(
            name: "GatewayConfig",
            dependencies: [
                "HTTP1", "Introspection", "RouteMap", "ScopeModel", "StrictJSON",
                .product(name: "Yams", package: "Yams"),
            ],
            resources: [.embedInCode("Embedded/catalog.yaml"), .embedInCode("Embedded/routes.yaml")],
            swiftSettings: settings
        ),
        .target(name: "FuzzSupport", swiftSettings: settings),
    ] + fuzzers.map(\.1),
    swiftLanguageModes: [.v6]
)
