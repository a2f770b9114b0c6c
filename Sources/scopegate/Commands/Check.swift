import ArgumentParser
import GatewayConfig

/// Says what is wrong with a configuration.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check the configuration, the catalog and the route map.",
        discussion: """
            Prints a diagnostic with file, line and column for everything that is wrong, and a warning for what works \
            but perhaps not as was meant: templates that nothing reaches, methods that a more specific template takes \
            away, scopes that no route needs, scopes and methods that don't go together, public writes; and a note for \
            each route that allows encodings, on what that asks of the backend. Ends with 0 \
            when the gateway would start, and with 1 when it would not; with --strict, also when there is a warning.

            With --effective it prints the configuration that would be in force, every key with its value, secrets as \
            where they come from.

            With --no-secrets neither secrets nor certificates are read, as on machines that build and test, and what only \
            they can show isn't checked. FILE can be - for standard input; paths in it are from this directory then.

            Example: scopegate check scopegate.yaml
            Example: render-config | scopegate check - --no-secrets
            """
    )

    @Argument(help: "The configuration file, as with --config; - is standard input.")
    var file: String?

    @Flag(help: "Leave secrets, certificates and private keys out.")
    var noSecrets = false

    @Flag(help: "Print every setting with the value that is in force.")
    var effective = false

    @Flag(help: "End with 1 when there is a warning.")
    var strict = false

    @OptionGroup var config: ConfigOption
    @OptionGroup var format: FormatOption

    private struct Report: Encodable {
        var ok: Bool
        var routes: Int?
        var scopes: Int?
        var digest: String?
        /// The configuration in force, as YAML.
        var effective: String?
        var diagnostics: [Diagnostic]
        /// What the routes ask of the backend.
        var notes: [String]?
    }

    func validate() throws {
        if file != nil, config.config != nil { throw ValidationError("name the file once: as FILE or with --config") }
    }

    private func load() throws(ConfigErrors) -> LoadedConfiguration {
        try ConfigOption.load(
            file == "-" ? StandardInputFile.name : file ?? config.path,
            generation: 1,
            secrets: noSecrets ? .leftOut : .required,
            files: StandardInputFile()
        )
    }

    func run() throws {
        do {
            let loaded = try load()
            let warnings = loaded.warnings + loaded.lint
            let inForce = effective ? EffectiveConfiguration(loaded.configuration).description : nil
            let report = Report(
                ok: true,
                routes: loaded.routeMap.routes.count,
                scopes: loaded.catalog.entries.count,
                digest: loaded.routeMap.digest,
                effective: inForce,
                diagnostics: warnings,
                notes: loaded.notes
            )
            switch format.format {
            case .json: try printJSON(report)
            case .text:
                for warning in warnings { StandardError.write(warning.description) }
                for note in loaded.notes { StandardError.write(note) }
                if let inForce {
                    print(inForce, terminator: "")
                } else {
                    print(
                        "ok: \(loaded.routeMap.routes.count) routes on \(loaded.routeMap.templates.count) templates, "
                            + "\(loaded.catalog.entries.count) scopes"
                            + (loaded.shadowMap.map { "; shadow: \($0.routes.count) routes" } ?? "")
                    )
                    print("whether the backend reads what the map means isn't checked here: scopegate probe asks it")
                }
            }
            if strict, !warnings.isEmpty { throw ExitStatus.finding }
        } catch let errors as ConfigErrors {
            switch format.format {
            case .json:
                try printJSON(Report(ok: false, diagnostics: errors.diagnostics))
            case .text:
                print(errors)
                let count = errors.diagnostics.filter { $0.severity == .error }.count
                print("\(count) \(count == 1 ? "error" : "errors")")
            }
            throw ExitStatus.finding
        }
    }
}
