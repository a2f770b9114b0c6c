import ArgumentParser
import Gateway
import GatewayConfig
import ScopeModel

/// `scopegate catalog --compare`.
struct CatalogCompare {
    let url: String
    let caFile: String?
    let key: KeyOptions
    let format: FormatOption

    private struct Report: Encodable {
        struct Change: Encodable {
            var name: String
            var here: String
            var there: String

            init(_ change: CatalogComparison.Change) {
                name = change.name
                here = change.here
                there = change.there
            }
        }

        var ok: Bool
        /// Scopes that the backend has and the catalog lacks.
        var missing: [String]
        /// Scopes that the catalog has and the backend doesn't.
        var extra: [String]
        var changed: [Change]
        var presets: [Change]
    }

    func run(_ catalog: ScopeCatalog) async throws {
        let comparison = CatalogComparison(catalog, with: try await fetch())
        let report = Report(
            ok: comparison.isEqual,
            missing: comparison.missing,
            extra: comparison.extra,
            changed: comparison.changed.map(Report.Change.init),
            presets: comparison.presets.map(Report.Change.init)
        )
        switch format.format {
        case .json: try printJSON(report)
        case .text: show(report, catalog)
        }
        if !report.ok { throw ExitStatus.finding }
    }

    private func fetch() async throws -> LiveCatalog {
        let endpoint: HTTPEndpoint
        do {
            endpoint = try HTTPEndpoint(parsing: url)
        } catch {
            throw ValidationError("--compare: \(error.message)")
        }
        let key = try key.read()
        if key != nil, endpoint.scheme == .http, !endpoint.isLoopback {
            StandardError.write("warning: the key goes to \(endpoint) in clear; https keeps it from others' eyes")
        }
        do {
            return try await LiveCatalogClient(endpoint: endpoint, certificateAuthorityFile: caFile).fetch(key: key)
        } catch let failure as LiveCatalogClient.Failure {
            StandardError.write("error: \(failure)")
            throw ExitStatus.badInput
        }
    }

    private func show(_ report: Report, _ catalog: ScopeCatalog) {
        var table = TextTable()
        for name in report.missing { table.add("missing", name, "the backend has it, the catalog lacks it") }
        for name in report.extra { table.add("extra", name, "the catalog has it, the backend does not") }
        for change in report.changed { table.add("differs", change.name, "\(change.here), but there \(change.there)") }
        for change in report.presets {
            table.add("preset", change.name, "here \(change.here), there \(change.there)")
        }
        guard !report.ok else { return print("the backend has the same \(catalog.entries.count) scopes") }
        print(table.text)
        print("\(report.missing.count) missing, \(report.extra.count) extra, \(report.changed.count) different")
    }
}
