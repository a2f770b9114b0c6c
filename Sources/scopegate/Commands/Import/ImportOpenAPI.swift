import ArgumentParser
import Foundation
import GatewayConfig
import ScopeModel

/// Makes a route map of an OpenAPI document.
struct ImportOpenAPI: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "openapi",
        abstract: "Make a route map of an OpenAPI 3.0 or 3.1 document, in JSON or YAML.",
        discussion: """
            Security requirements with scopes become what routes need: several requirements are alternatives (any), \
            several scopes of one are all needed, x-required-scopes are needed on top; a key without scopes is any valid \
            key. The map is never wider than the document: an operation without security, one that a route can't say, and \
            one whose scopes have no name here are left denied and listed; so is what is open to everybody, unless \
            --public is given. Ends with 1 when something is left denied.

            Scopes have to be verb:resource, with read or write for the verb. --scope and --scope-form say which ones \
            stand for others; keys then have to be granted these. They have to be in the catalog, unless --catalog-output \
            makes one of them.

            Example: scopegate import openapi openapi.yaml --output routes.yaml --catalog-output catalog.yaml
            Example: scopegate import openapi spec.json --scope-form '{resource}.{verb}' --scope admin=write:settings
            """
    )

    @Argument(help: "The document.")
    var spec: String

    @Option(help: ArgumentHelp("Where the routes go, instead of standard output.", valueName: "file"))
    var output: String?

    @Option(help: ArgumentHelp("Make a catalog of the scopes, and put it here.", valueName: "file"))
    var catalogOutput: String?

    @Flag(help: "Overwrite these files.")
    var force = false

    @Option(
        help: ArgumentHelp(
            "What goes before all paths, instead of what servers says; / for nothing.",
            valueName: "path"
        )
    )
    var basePath: String?

    @Option(help: ArgumentHelp("The scope that stands for one of the document's.", valueName: "name=verb:resource"))
    var scope: [String] = []

    @Option(
        help: ArgumentHelp(
            "How the document names scopes, such as {resource}.{verb}; several are tried in turn.",
            valueName: "form"
        )
    )
    var scopeForm: [String] = []

    @Flag(name: .customLong("public"), help: "Map operations that the document opens to everybody as public.")
    var mapsPublic = false

    @OptionGroup var config: ConfigOption
    @OptionGroup var format: FormatOption

    func run() throws {
        let bytes: [UInt8]
        do {
            bytes = try SystemFiles().read(spec, limit: Self.maximumLength)
        } catch {
            throw ValidationError("\(spec) can't be read: \(error)")
        }
        for file in [output, catalogOutput].compactMap(\.self)
        where !force && FileManager.default.fileExists(atPath: file) {
            throw ValidationError("\(file) is there already; a running gateway may load it. --force overwrites it")
        }
        let options = try options()
        let progress = ProgressLine()
        let result = try config.orExit {
            defer { progress.clear() }
            return try OpenAPIImport(parsing: bytes, file: spec, options: options) { step in
                if bytes.count > Self.shortLength { progress.step(Self.text(step)) }
            }
        }
        if let output, let text = result.routesFile { try write(text, to: output) }
        if let catalogOutput, let text = result.catalogFile { try write(text, to: catalogOutput) }
        switch format.format {
        case .json: try printJSON(ImportReport(result, file: spec))
        case .text: show(result)
        }
        if !result.denied.isEmpty { throw ExitStatus.finding }
    }

    private static let maximumLength = 64 << 20
    /// What is shorter takes no time that anybody would notice.
    private static let shortLength = 1 << 20

    private static func text(_ step: OpenAPIImport.Step) -> String {
        switch step {
        case .reading(let bytes): "reading \(bytes / 1_000_000) MB"
        case .converting(let operations): "converting \(operations) operations"
        case .checking(let routes): "loading the map of \(routes) routes"
        }
    }

    private func options() throws -> OpenAPIImport.Options {
        var options = OpenAPIImport.Options()
        if let basePath {
            guard basePath.hasPrefix("/") else { throw ValidationError("--base-path begins with \"/\"") }
            options.basePath = basePath
        }
        options.mapsPublic = mapsPublic
        for text in scope {
            // Names of scopes may have an equals sign, those here don't.
            guard let equals = text.lastIndex(of: "=") else {
                throw ValidationError("--scope is written like admin=write:settings, not \"\(text)\"")
            }
            do {
                let name = text[text.index(after: equals)...]
                options.naming.names[String(text[..<equals])] = try Scope(parsing: String(name))
            } catch {
                throw ValidationError("--scope \(text): what stands behind the = \(error)")
            }
        }
        do {
            options.naming.forms = try scopeForm.map { try ScopeForm(parsing: $0) }
        } catch let problem as ValueProblem {
            throw ValidationError("--scope-form: \(problem)" + (problem.help.map { "; \($0)" } ?? ""))
        }
        if catalogOutput == nil { options.catalog = try config.loadMap().catalog }
        return options
    }

    private func write(_ text: String, to file: String) throws {
        do {
            try text.write(toFile: file, atomically: true, encoding: .utf8)
        } catch {
            throw ValidationError("\(file) can't be written: \(error.localizedDescription)")
        }
    }

    private func show(_ result: OpenAPIImport) {
        if output == nil, let text = result.routesFile { print(text, terminator: "") }
        for diagnostic in ImportReport.diagnostics(of: result, file: spec) {
            StandardError.write(diagnostic.description)
        }
        let denied = result.denied.count
        StandardError.write("\(result.routes.count) operations mapped, \(denied) left denied")
        guard !result.unnamedScopes.isEmpty else { return }
        StandardError.write("Scopes without a name here, with how many operations ask for them:")
        var table = TextTable()
        for (name, count) in result.unnamedScopes { table.add("  --scope '\(name)=…'", "\(count)") }
        StandardError.write(table.text)
    }
}
