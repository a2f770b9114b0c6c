import Foundation
import Testing

extension EndToEndTests {
    @Suite("scopegate import openapi")
    struct ImportTests {
        private static let document = """
            openapi: 3.1.0
            info: {title: Pets, version: '2'}
            servers: [{url: /v1}]
            security: [{oauth: ['pets.read']}]
            paths:
              /pets:
                get: {operationId: listPets}
                post: {operationId: addPet, security: [{oauth: ['pets.write']}]}
              /pets/{id}.json:
                get: {}
              /login:
                post: {security: []}
            components:
              securitySchemes:
                oauth: {type: oauth2, flows: {implicit: {authorizationUrl: /, scopes: {}}}}

            """

        private func run(_ arguments: [String]) throws -> (end: ChildProcess.End, output: String, errors: String) {
            try ChildProcess.run(Program.path, ["import", "openapi"] + arguments)
        }

        @Test func whatIsMadePassesCheck() throws {
            let folder = try TemporaryFolder()
            let spec = try folder.write("api.yaml", Self.document)
            let (routes, catalog) = (folder.file("routes.yaml"), folder.file("catalog.yaml"))
            let arguments = [
                spec, "--output", routes, "--catalog-output", catalog, "--scope-form", "{resource}.{verb}", "--public",
            ]
            let result = try run(arguments)
            #expect(result.end == .exited(1) && result.output.isEmpty, "\(result)")
            let place =
                "api.yaml:10:10: warning: GET /pets/{id}.json is left denied: \"{id}.json\" is not a whole segment"
            #expect(result.errors.contains(place), "\(result.errors)")
            #expect(result.errors.contains("3 operations mapped, 1 left denied\n"))
            #expect(
                folder.read("routes.yaml") == """
                    # Made of api.yaml: Pets 2 by scopegate import openapi.
                    # What is not here is refused.
                    version: 1

                    routes:
                      /v1/pets:
                        GET: read:pets  # listPets
                        POST: write:pets  # addPet
                      /v1/login:
                        POST: public

                    # Left denied:
                    #   GET /pets/{id}.json: "{id}.json" is not a whole segment of one parameter, so no template can say it

                    """
            )
            let config = try folder.write(
                "scopegate.yaml",
                "upstream: {url: 'http://h'}\nintrospection: {url: 'http://h/'}\nroutes: routes.yaml\ncatalog: catalog.yaml\n"
            )
            let check = try ChildProcess.run(Program.path, ["check", "--config", config])
            #expect(
                check.end == .exited(0) && check.output.contains("ok: 3 routes on 2 templates, 2 scopes"),
                "\(check)"
            )
            // What is there isn't overwritten by mistake.
            let again = try run(arguments)
            #expect(again.end == .exited(2) && again.errors.contains("is there already"))
            #expect(try run(arguments + ["--force"]).end == .exited(1))
        }

        @Test func printsForPeopleAndPrograms() throws {
            let folder = try TemporaryFolder()
            let spec = try folder.write("api.yaml", Self.document)
            // Without a catalog of its own, scopes have to be of the built-in one.
            let text = try run([spec, "--scope", "pets.read=read:trades", "--scope", "pets.write=write:pets"])
            #expect(text.end == .exited(1) && text.output.contains("    GET: read:trades  # listPets\n"), "\(text)")
            #expect(text.errors.contains("POST /pets is left denied: the catalog has no write:pets"))
            let json = try run([spec, "--format", "json"])
            struct Report: Decodable {
                struct Denied: Decodable {
                    var method: String
                    var path: String
                    var reason: String
                    var pointer: String
                    var line: Int
                }
                struct Scope: Decodable {
                    var name: String
                    var operations: Int
                }
                var title: String
                var denied: [Denied]
                var unnamed_scopes: [Scope]
                var routes_file: String?
            }
            let report = try JSONDecoder().decode(Report.self, from: Data(json.output.utf8))
            #expect(report.title == "Pets 2" && report.denied.count == 4 && report.routes_file == nil)
            #expect(report.unnamed_scopes.map(\.name) == ["pets.read", "pets.write"])
            #expect(report.denied.map(\.pointer).last == "/paths/~1login/post")
        }

        @Test func badUseEndsWith2() throws {
            let folder = try TemporaryFolder()
            let spec = try folder.write("api.yaml", Self.document)
            for arguments in [
                [folder.file("none.yaml")], [spec, "--scope", "x"], [spec, "--scope", "x=y"],
                [spec, "--scope-form", "x"],
                [spec, "--base-path", "v1"],
            ] { #expect(try run(arguments).end == .exited(2), "\(arguments)") }
            let swagger = try run([try folder.write("old.json", "{\"swagger\": \"2.0\"}")])
            #expect(swagger.end == .exited(2) && swagger.errors.contains("old.json:1:13: error: "), "\(swagger)")
        }
    }
}
