import ArgumentParser
import Gateway
import GatewayConfig
import ScopeModel

/// Prints the catalog, or what a preset grants, or how the catalog differs from a backend's.
struct Catalog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the scopes and presets of the catalog.",
        discussion: """
            Without a configuration it lists the built-in catalog of the journal.

            With --compare it asks a backend which scopes there are (GET \(LiveCatalogClient.defaultPath), when the URL \
            has no path) and says which ones the catalog lacks or has too many; it ends with 1 when there are any. A key \
            for it is read from standard input, a file or the environment, never from the command line.

            Example: scopegate catalog --preset read-everything
            Example: scopegate catalog --compare http://127.0.0.1:9001 --key-file key
            """
    )

    @Option(help: "Only the scopes that this preset grants.")
    var preset: String?

    @Option(help: ArgumentHelp("Compare the catalog with that of this backend.", valueName: "url"))
    var compare: String?

    @OptionGroup var key: KeyOptions

    @Option(help: ArgumentHelp("With --compare: authorities to trust instead of the system's.", valueName: "path"))
    var caFile: String?

    @OptionGroup var config: ConfigOption
    @OptionGroup var format: FormatOption

    private struct Report: Encodable {
        struct Scope: Encodable {
            var scope: String
            var description: String
            var automatic: Bool
            var reserved: Bool
        }

        struct Preset: Encodable {
            var id: String
            var title: String
            var description: String
            var scopes: [String]
        }

        var scopes: [Scope]
        var presets: [Preset]
    }

    func validate() throws {
        if compare != nil, preset != nil { throw ValidationError("--compare and --preset don't go together") }
        if compare == nil, key.isGiven { throw ValidationError("a key is of use with --compare only") }
    }

    func run() async throws {
        let (catalog, _) = try config.loadMap()
        if let compare {
            return try await CatalogCompare(url: compare, caFile: caFile, key: key, format: format).run(catalog)
        }
        if let preset { return try show(preset, catalog) }
        let report = Report(
            scopes: catalog.entries.map {
                .init(
                    scope: $0.scope.description,
                    description: $0.description,
                    automatic: $0.isAutomatic,
                    reserved: $0.isReserved
                )
            },
            presets: catalog.presets.map {
                .init(
                    id: $0.id,
                    title: $0.title,
                    description: $0.description,
                    scopes: catalog.names(of: catalog.scopes(inPreset: $0.id) ?? ScopeSet())
                )
            }
        )
        guard format.format == .text else { return try printJSON(report) }
        var table = TextTable()
        for scope in report.scopes {
            let note = scope.automatic ? "granted to every key" : scope.reserved ? "reserved" : ""
            table.add(scope.scope, note, scope.description)
        }
        print(table.text)
        print("\nPresets")
        var presets = TextTable()
        for preset in report.presets {
            presets.add("  \(preset.id)", "\(preset.scopes.count) scopes", preset.description)
        }
        print(presets.text)
    }

    private func show(_ id: String, _ catalog: ScopeCatalog) throws {
        guard let granted = catalog.scopes(inPreset: id) else {
            let known = catalog.presets.map(\.id).joined(separator: ", ")
            throw ValidationError("--preset: there is no preset \(id); the catalog has \(known)")
        }
        let names = catalog.names(of: granted)
        switch format.format {
        case .json: try printJSON(names)
        case .text: for name in names { print(name) }
        }
    }
}
