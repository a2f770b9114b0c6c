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
            key. The map is never wider than the document: an operation without security, one that a route can't say, one \
            that needs two security schemes at once, and one whose scopes have no name here are listed, and denied in the \
            map, so that no other route lets them through; so is what is open to everybody, unless --public is given. \
            Ends with 1 when something is left denied, or nothing is mapped and so nothing written.

            References are followed within the document and to files beside it and below its folder; never out of it, and \
            never over the network. What can't be resolved is denied. A document on standard input (-) has no files \
            beside it.

            Two security schemes in one requirement are both needed, and a request brings one key: such an operation is \
            denied, unless --combine-schemes says that one key stands for both.

            Scopes have to be verb:resource, with read or write for the verb. --scope and --scope-form say which ones \
            stand for others; keys then have to be granted these. Two names of the document that a form would make one \
            scope are refused; --scope tells them apart. Without --catalog-output the scopes have to be in the \
            configuration's catalog, or in the built-in one, which is the journal's, if the configuration names none or \
            there is none; with it, a catalog is made of them.

            Example: scopegate import openapi openapi.yaml --output routes.yaml --catalog-output catalog.yaml
            Example: scopegate import openapi spec.json --scope-form '{resource}.{verb}' --scope admin=write:settings
            """
    )

    @Argument(help: "The document; - for standard input.")
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

    @Flag(help: "Take one key for all the security schemes that an operation needs at once.")
    var combineSchemes = false

    @OptionGroup var config: ConfigOption
    @OptionGroup var format: FormatOption

    func run() throws {
        let bytes: [UInt8]
        do {
            bytes = try StandardInputFile().read(file, limit: Self.maximumLength)
        } catch {
            throw ValidationError("\(file) can't be read: \(error)")
        }
        let outputs = try outputs()
        let (options, catalog) = try options()
        let progress = ProgressLine()
        let result = try config.orExit {
            defer { progress.clear() }
            let report = { (step: OpenAPIImport.Step) in
                if bytes.count > Self.shortLength { progress.step(Self.text(step)) }
            }
            guard !isStandardInput, let folder = SystemDocumentFolder(of: spec) else {
                return try OpenAPIImport(parsing: bytes, file: file, options: options, progress: report)
            }
            return try OpenAPIImport(
                parsing: bytes,
                file: file,
                folder: folder,
                name: folder.document,
                options: options,
                progress: report
            )
        }
        if let output, let text = result.routesFile { try write(text, to: output) }
        if let catalogOutput, let text = result.catalogFile { try write(text, to: catalogOutput) }
        switch format.format {
        case .json: try printJSON(ImportReport(result, file: file, catalog: catalog))
        case .text: show(result, catalog)
        }
        guard result.routesFile == nil else {
            if result.denied.isEmpty { return }
            throw ExitStatus.finding
        }
        // Neither file is written then, and what an old one lets through may not be what the document does.
        for file in outputs where file.isThere { StandardError.write("\(file.path) is left as it was") }
        throw ExitStatus.finding
    }

    /// The files to write, when they may be written.
    private func outputs() throws -> [OutputFile] {
        let files = try [output, catalogOutput].compactMap(\.self).map(OutputFile.init)
        if files.count == 2, files[0].isSame(as: files[1]) {
            throw ValidationError("--output and --catalog-output are both \(files[0].path); a file has room for one")
        }
        for file in files {
            guard !file.isSame(as: OutputFile.Identity(isStandardInput ? nil : spec)) else {
                throw ValidationError("\(file.path) is the document itself; name another file to write")
            }
            guard force || !file.isThere else {
                throw ValidationError(
                    "\(file.path) is there already; a running gateway may load it. --force overwrites it"
                )
            }
        }
        return files
    }

    private var isStandardInput: Bool { spec == "-" }

    /// The document, for messages.
    private var file: String { isStandardInput ? StandardInputFile.name : spec }

    private static let madeCatalog = "made"
    private static let builtInCatalog = "built-in"

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

    /// What was said about how to import, and the catalog that scopes have to be of, as reports call it.
    private func options() throws -> (OpenAPIImport.Options, catalog: String) {
        var options = OpenAPIImport.Options()
        if let basePath {
            guard basePath.hasPrefix("/") else { throw ValidationError("--base-path begins with \"/\"") }
            options.basePath = basePath
        }
        options.mapsPublic = mapsPublic
        options.combinesSchemes = combineSchemes
        for text in scope {
            // Names of scopes may have an equals sign, those here don't.
            guard let equals = text.lastIndex(of: "=") else {
                throw ValidationError("--scope is written like admin=write:settings, not \"\(text)\"")
            }
            let given = String(text[..<equals])
            guard options.naming.names[given] == nil else {
                throw ValidationError("--scope says twice what stands for \(given)")
            }
            do {
                let name = text[text.index(after: equals)...]
                options.naming.names[given] = try Scope(parsing: String(name))
            } catch {
                throw ValidationError("--scope \(text): what stands behind the = \(error)")
            }
        }
        do {
            options.naming.forms = try scopeForm.map { try ScopeForm(parsing: $0) }
        } catch let problem as ValueProblem {
            throw ValidationError("--scope-form: \(problem)" + (problem.help.map { "; \($0)" } ?? ""))
        }
        guard catalogOutput == nil else { return (options, Self.madeCatalog) }
        let (catalog, _, configuration) = try config.loadMapAndConfiguration()
        options.catalog = catalog
        guard case .file(let path) = configuration?.catalog.source else { return (options, Self.builtInCatalog) }
        return (options, path)
    }

    private func write(_ text: String, to file: String) throws {
        do {
            try text.write(toFile: file, atomically: true, encoding: .utf8)
        } catch {
            throw ValidationError("\(file) can't be written: \(error.localizedDescription)")
        }
    }

    private func show(_ result: OpenAPIImport, _ catalog: String) {
        if output == nil, let text = result.routesFile { print(text, terminator: "") }
        switch catalog {
        case Self.madeCatalog: break
        case Self.builtInCatalog:
            StandardError.write(
                "Scopes are looked up in the built-in catalog, which is the journal's; --catalog-output makes one for this "
                    + "map, --config names another"
            )
        default:
            StandardError.write("Scopes are looked up in \(catalog); --catalog-output makes a catalog for this map")
        }
        for diagnostic in ImportReport.diagnostics(of: result, file: file) {
            StandardError.write(diagnostic.description)
        }
        let denied = result.denied.count
        StandardError.write("\(result.routes.count) operations mapped, \(denied) left denied")
        if result.routesFile == nil {
            StandardError.write("There is nothing to write a map of: every request would be refused")
        }
        guard !result.unnamedScopes.isEmpty else { return }
        StandardError.write("Scopes without a name here, with how many operations ask for them:")
        var table = TextTable()
        for scope in result.unnamedScopes {
            table.add("  --scope '\(scope.name)=\(scope.verb.rawValue):…'", "\(scope.operations)")
        }
        StandardError.write(table.text)
        if let (form, count) = result.suggestedForm {
            let all = result.unnamedScopes.count
            StandardError.write("--scope-form '\(form)' would name \(count == all ? "all" : "\(count) of \(all)")")
        }
    }
}
