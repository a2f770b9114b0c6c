import ArgumentParser
import Digests
import Foundation
import Gateway
import GatewayConfig
import RouteMap
import ScopeModel

/// `--config`, and what it leads to.
struct ConfigOption: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The configuration file. Default: SCOPEGATE_CONFIG, or else scopegate.yaml in this directory.",
            valueName: "path"
        )
    )
    var config: String?

    private static let defaultPath = "scopegate.yaml"

    /// The configuration that was named, by an option or by the environment.
    private var named: String? {
        config ?? Environment.variables["SCOPEGATE_CONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether one was named.
    var isNamed: Bool { named != nil }

    /// Whether there is a configuration: one was named, or there is one here.
    var isPresent: Bool { isNamed || FileManager.default.fileExists(atPath: Self.defaultPath) }

    /// What can be read of a configuration that may be broken.
    var operatorSettings: OperatorSettings {
        OperatorSettings(path: path, environment: Environment.variables, files: SystemFiles())
    }

    /// Loads the configuration.
    ///
    /// - Throws: ``ConfigErrors``.
    func load() throws -> LoadedConfiguration { try Self.load(path, generation: 1) }

    /// The path of the configuration.
    var path: String { named ?? Self.defaultPath }

    /// Loads a configuration, with the number that its route map gets.
    static func load(
        _ path: String,
        generation: UInt64,
        secrets: SecretReading = .required,
        files: some FileReading = SystemFiles()
    ) throws(ConfigErrors) -> LoadedConfiguration {
        try ConfigLoader.load(
            path: path,
            environment: Environment.variables,
            secrets: secrets,
            files: files,
            certificates: TLSCertificates(),
            generation: generation,
            digest: { SHA256.hash($0).hex }
        )
    }

    /// Loads the configuration, or prints what is wrong with it and ends the command.
    func loadOrExit(secrets: SecretReading = .required) throws -> LoadedConfiguration {
        let loaded = try orExit { try Self.load(path, generation: 1, secrets: secrets) }
        for warning in loaded.warnings { StandardError.write(warning.description) }
        return loaded
    }

    /// Loads a route file alone, or prints what is wrong with it and ends the command.
    func loadRoutesOrExit(_ path: String, _ catalog: ScopeCatalog) throws -> RouteMap {
        try orExit {
            try ConfigLoader.loadRoutes(path: path, catalog: catalog, files: SystemFiles()) { SHA256.hash($0).hex }
        }
    }

    /// Loads a catalog alone, or prints what is wrong with it and ends the command.
    func loadCatalogOrExit(_ path: String) throws -> ScopeCatalog {
        try orExit { try ConfigLoader.loadCatalog(path: path, files: SystemFiles()) }
    }

    /// Does something that reads files, or prints what is wrong with them and ends the command.
    func orExit<Result>(_ load: () throws -> Result) throws -> Result {
        do {
            return try load()
        } catch let errors as ConfigErrors {
            StandardError.write(errors.description)
            throw ExitStatus.badInput
        }
    }

    /// The map and the catalog for a command that only looks at them, and so needs no secrets: those of the
    /// configuration, or the built-in ones when no configuration was named and there is none here.
    func loadMap() throws -> (catalog: ScopeCatalog, routeMap: RouteMap) {
        let (catalog, routeMap, _) = try loadMapAndConfiguration()
        return (catalog, routeMap)
    }

    /// As ``loadMap()``, with the configuration, if there is one.
    func loadMapAndConfiguration() throws -> (ScopeCatalog, RouteMap, GatewayConfiguration?) {
        if !isPresent {
            let embedded = try ConfigLoader.loadEmbedded(digest: { SHA256.hash($0).hex })
            return (embedded.0, embedded.1, nil)
        }
        let loaded = try loadOrExit(secrets: .leftOut)
        return (loaded.catalog, loaded.routeMap, loaded.configuration)
    }

    /// The catalog of the configuration, if there is one that loads.
    func catalogIfAny() -> ScopeCatalog? {
        isPresent ? (try? Self.load(path, generation: 1, secrets: .leftOut))?.catalog : nil
    }
}

/// `--format`.
struct FormatOption: ParsableArguments {
    @Option(name: .long, help: "text for people, json for programs.")
    var format: OutputFormat = .text
}
