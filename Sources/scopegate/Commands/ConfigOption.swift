import ArgumentParser
import Digests
import Foundation
import GatewayConfig
import RouteMap
import ScopeModel

/// `--config`, and what it leads to.
struct ConfigOption: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The configuration file. Default: scopegate.yaml in this directory.",
            valueName: "path"
        )
    )
    var config: String?

    private static let defaultPath = "scopegate.yaml"

    /// Whether there is a configuration: one was named, or there is one here.
    var isPresent: Bool { config != nil || FileManager.default.fileExists(atPath: Self.defaultPath) }

    /// Loads the configuration.
    ///
    /// - Throws: ``ConfigErrors``.
    func load() throws -> LoadedConfiguration {
        try ConfigLoader.load(
            path: config ?? Self.defaultPath,
            environment: ProcessInfo.processInfo.environment,
            files: SystemFiles(),
            digest: { SHA256.hash($0).hex }
        )
    }

    /// Loads the configuration, or prints what is wrong with it and ends the command.
    func loadOrExit() throws -> LoadedConfiguration {
        do {
            let loaded = try load()
            for warning in loaded.warnings { StandardError.write(warning.description) }
            return loaded
        } catch let errors as ConfigErrors {
            StandardError.write(errors.description)
            throw ExitStatus.badInput
        }
    }

    /// The admin listener of a running gateway: the one that was named, or the configuration's.
    func adminAddress(_ named: String?) throws -> SocketAddressText {
        guard let named else { return try loadOrExit().configuration.admin.address }
        do {
            return try SocketAddressText(parsing: named)
        } catch {
            throw ValidationError("--admin: \(error.message)")
        }
    }

    /// The map and the catalog for a command that only looks at them: those of the configuration, or the built-in ones
    /// when no configuration was named and there is none here.
    func loadMap() throws -> (catalog: ScopeCatalog, routeMap: RouteMap) {
        if !isPresent {
            return try ConfigLoader.loadEmbedded(digest: { SHA256.hash($0).hex })
        }
        let loaded = try loadOrExit()
        return (loaded.catalog, loaded.routeMap)
    }
}

/// `--format`.
struct FormatOption: ParsableArguments {
    @Option(name: .long, help: "text for people, json for programs.")
    var format: OutputFormat = .text
}
