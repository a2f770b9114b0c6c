import GatewayConfig
import ScopeModel

/// What an import came to, for programs.
struct ImportReport: Encodable {
    struct Route: Encodable {
        var method: String
        var template: String
        /// `public`, `authenticated`, `all` or `any`.
        var needs: String
        var scopes: [String]
        var operationID: String?
        /// The file that the document refers to; none for the document itself.
        var file: String?
        var pointer: String
        var line: Int
        var column: Int

        enum CodingKeys: String, CodingKey {
            case method, template, needs, scopes, file, pointer, line, column
            case operationID = "operation_id"
        }
    }

    struct Denied: Encodable {
        var method: String
        var path: String
        var reason: String
        var help: String?
        /// The file that the document refers to; none for the document itself.
        var file: String?
        var pointer: String
        var line: Int
        var column: Int
    }

    struct Note: Encodable {
        var message: String
        /// The file that the document refers to; none for the document itself.
        var file: String?
        var pointer: String
        var line: Int
        var column: Int
    }

    struct Scope: Encodable {
        var name: String
        var operations: Int
        /// How many operations are denied because of it.
        var denied: Int
        /// The verb that its scope would have.
        var verb: String
    }

    struct Form: Encodable {
        var form: String
        /// How many of the scopes it would name.
        var scopes: Int
    }

    var file: String
    var title: String
    var routes: [Route]
    var denied: [Denied]
    var notes: [Note]
    /// Scopes for which none stands here.
    var unnamedScopes: [Scope]
    /// The form that would name most of them.
    var suggestedForm: Form?
    /// The catalog that the scopes had to be of: `made`, `built-in`, or the file that the configuration names.
    var catalog: String
    /// The text of routes.yaml.
    var routesFile: String?
    /// The text of catalog.yaml, when one was asked for.
    var catalogFile: String?

    enum CodingKeys: String, CodingKey {
        case file, title, routes, denied, notes, catalog
        case suggestedForm = "suggested_form"
        case unnamedScopes = "unnamed_scopes"
        case routesFile = "routes_file"
        case catalogFile = "catalog_file"
    }

    init(_ result: OpenAPIImport, file: String, catalog: String) {
        self.file = file
        self.catalog = catalog
        title = result.title
        routes = result.routes.map { route in
            Route(
                method: route.method,
                template: route.template,
                needs: Self.word(route.requirement),
                scopes: route.requirement.scopes.map(\.description),
                operationID: route.operationID,
                file: route.place.file,
                pointer: route.place.pointer,
                line: route.place.position.line,
                column: route.place.position.column
            )
        }
        denied = result.denied.map { denied in
            Denied(
                method: denied.method,
                path: denied.path,
                reason: denied.reason,
                help: denied.help,
                file: denied.place.file,
                pointer: denied.place.pointer,
                line: denied.place.position.line,
                column: denied.place.position.column
            )
        }
        notes = result.notes.map { note in
            Note(
                message: note.message,
                file: note.place.file,
                pointer: note.place.pointer,
                line: note.place.position.line,
                column: note.place.position.column
            )
        }
        unnamedScopes = result.unnamedScopes.map {
            Scope(name: $0.name, operations: $0.operations, denied: $0.denied, verb: $0.verb.rawValue)
        }
        suggestedForm = result.suggestedForm.map { Form(form: $0.form, scopes: $0.count) }
        routesFile = result.routesFile
        catalogFile = result.catalogFile
    }

    private static func word(_ requirement: OpenAPIImport.Requirement) -> String {
        switch requirement {
        case .public: "public"
        case .authenticated: "authenticated"
        case .all: "all"
        case .any: "any"
        }
    }

    /// What people are told, in the order of the document.
    static func diagnostics(of result: OpenAPIImport, file: String) -> [Diagnostic] {
        let denied = result.denied.map { denied in
            (denied.place, "\(denied.method) \(denied.path) is left denied: \(denied.reason)", denied.help)
        }
        let notes = result.notes.map { ($0.place, "\($0.place.pointer) \($0.message)", String?.none) }
        let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
        return (denied + notes).sorted { $0.0 < $1.0 }.map { place, message, help in
            Diagnostic(
                file: place.file.map { folder + $0 } ?? file,
                line: place.position.line,
                column: place.position.column,
                severity: .warning,
                message: message,
                suggestion: help
            )
        }
    }
}
