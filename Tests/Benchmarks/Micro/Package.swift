// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that the main one knows nothing of benchmarks. The code under test is compiled from the main
// package's own folders, by symbolic links, with the same settings but for -enable-testing, which lets internal
// declarations be called. measure.sh builds it.

let settings: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]
let testable: [SwiftSetting] = settings + [.unsafeFlags(["-enable-testing"])]

let package = Package(
    name: "scopegate-micro-benchmarks",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/google/swift-benchmark", from: "0.1.2"),
    ],
    targets: [
        .target(name: "HTTP1", swiftSettings: settings),
        .target(name: "ScopeModel", swiftSettings: settings),
        .target(name: "RouteMap", dependencies: ["HTTP1", "ScopeModel"], swiftSettings: settings),
        .target(name: "StrictJSON", swiftSettings: settings),
        .target(name: "CivilCalendar", swiftSettings: settings),
        .target(name: "Redaction", swiftSettings: settings),
        .target(
            name: "Introspection",
            dependencies: ["CivilCalendar", "HTTP1", "ScopeModel", "StrictJSON"],
            swiftSettings: settings
        ),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CAudit", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .target(name: "Digests", dependencies: ["CCrypto"], swiftSettings: settings),
        .target(
            name: "Audit",
            dependencies: ["CAudit", "CivilCalendar", "Digests", "Redaction", "StrictJSON"],
            swiftSettings: testable
        ),
        // The part of Gateway that writes refusals.
        .target(
            name: "Envelope",
            dependencies: ["HTTP1", "ScopeModel", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: testable
        ),
        .executableTarget(
            name: "Micro",
            dependencies: [
                "Audit", "Digests", "Envelope", "HTTP1", "Introspection", "Redaction", "RouteMap", "ScopeModel",
                .product(name: "Benchmark", package: "swift-benchmark"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings
        ),
    ],
    swiftLanguageModes: [.v6]
)
