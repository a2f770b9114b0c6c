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
    func load() throws -> LoadedConfiguration { try Self.load(path, generation: 1) }

    /// The path of the configuration.
    var path: String { config ?? Self.defaultPath }

    /// Loads a configuration, with the number that its route map gets.
    static func load(_ path: String, generation: UInt64) throws(ConfigErrors) -> LoadedConfiguration {
        try ConfigLoader.load(
            path: path,
            environment: Environment.variables,
            files: SystemFiles(),
            certificates: TLSCertificates(),
            generation: generation,
            digest: { SHA256.hash($0).hex }
        )
    }

    /// Loads the configuration, or prints what is wrong with it and ends the command.
    func loadOrExit() throws -> LoadedConfiguration {
        let loaded = try orExit(load)
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

    /// A client of the admin listener of a running gateway: the one that was named, or the configuration's. The token is
    /// the configuration's either way, if it loads.
    ///
    /// - Parameter fallsBack: Whether the default address is asked when the configuration doesn't load: its files may be
    ///   what is wrong, and then the gateway is the one to say so.
    func adminClient(_ named: String?, timeout: Duration = .seconds(30), fallsBack: Bool = false) throws -> AdminClient
    {
        let named = try named.map { try Self.adminAddress($0) }
        let admin: AdminConfiguration
        if named != nil || fallsBack {
            let loaded = (try? load())?.configuration.admin
            if named == nil, loaded == nil {
                StandardError.write(
                    "the configuration does not load, so the default admin address is asked; see --admin"
                )
            }
            admin = loaded ?? AdminConfiguration()
        } else {
            admin = try loadOrExit().configuration.admin
        }
        return AdminClient(address: named ?? admin.address, token: admin.token, timeout: timeout)
    }

    /// Clients of several admin listeners, with the configuration's token if it loads.
    func adminClients(_ addresses: [AdminAddress]) -> [AdminClient] {
        let token = (try? load())?.configuration.admin.token
        return addresses.map { AdminClient(address: $0, token: token) }
    }

    /// The address that `--admin` names.
    static func adminAddress(_ text: String) throws -> AdminAddress {
        do {
            return try AdminAddress(parsing: text)
        } catch {
            throw ValidationError("--admin: \(error.message)")
        }
    }

    /// The map and the catalog for a command that only looks at them: those of the configuration, or the built-in ones
    /// when no configuration was named and there is none here.
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
        let loaded = try loadOrExit()
        return (loaded.catalog, loaded.routeMap, loaded.configuration)
    }
}

/// `--format`.
struct FormatOption: ParsableArguments {
    @Option(name: .long, help: "text for people, json for programs.")
    var format: OutputFormat = .text
}
