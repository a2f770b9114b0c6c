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
                      /v1/pets/{p3}:
                        GET: denied  # "{id}.json" is not a whole segment of one parameter, so no template can say it
                      /v1/login:
                        POST: public

                    """
            )
            let config = try folder.write(
                "scopegate.yaml",
                "upstream: {url: 'http://h'}\nintrospection: {url: 'http://h/'}\nroutes: routes.yaml\ncatalog: catalog.yaml\n"
            )
            let check = try ChildProcess.run(Program.path, ["check", "--config", config])
            #expect(
                check.end == .exited(0) && check.output.contains("ok: 4 routes on 3 templates, 2 scopes"),
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
            #expect(text.errors.hasPrefix("Scopes are looked up in the built-in catalog, which is the journal's"))
            let none = try run([spec])
            #expect(none.errors.contains("--scope 'pets.write=write:…'") && !none.errors.contains("pets.write=read"))
            #expect(none.errors.contains("--scope-form '{resource}.{verb}' would name all\n"), "\(none.errors)")
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
                var catalog: String
            }
            let report = try JSONDecoder().decode(Report.self, from: Data(json.output.utf8))
            #expect(report.title == "Pets 2" && report.denied.count == 4 && report.routes_file == nil)
            #expect(report.catalog == "built-in")
            #expect(report.unnamed_scopes.map(\.name) == ["pets.read", "pets.write"])
            #expect(report.denied.map(\.pointer).last == "/paths/~1login/post")
        }

        /// A configuration that names no catalog has the journal's, which is said as much as without a configuration.
        @Test func theCatalogIsNamed() throws {
            let folder = try TemporaryFolder()
            let spec = try folder.write("api.yaml", Self.document)
            let base = "upstream: {url: 'http://h'}\nintrospection: {url: 'http://h/'}\n"
            let config = try folder.write("scopegate.yaml", base)
            let named = try folder.write("named.yaml", base + "catalog: catalog.yaml\nroutes: routes.yaml\n")
            let catalog = try folder.write(
                "catalog.yaml",
                "version: 1\nresources:\n  - {name: pets, read: {description: Reads.}}\n"
            )
            _ = try folder.write("routes.yaml", "version: 1\nroutes: {/pets: {GET: read:pets}}\n")
            let form = ["--scope-form", "{resource}.{verb}"]
            let builtIn = try run([spec, "--config", config] + form)
            #expect(builtIn.errors.contains("Scopes are looked up in the built-in catalog"), "\(builtIn.errors)")
            #expect(builtIn.errors.contains("There is nothing to write a map of"), "\(builtIn.errors)")
            let own = try run([spec, "--config", named] + form)
            #expect(own.errors.contains("Scopes are looked up in \(catalog); "), "\(own.errors)")
            #expect(own.output.contains("GET: read:pets") && own.errors.contains("the catalog has no write:pets"))
            let made = try run([spec, "--config", named, "--catalog-output", folder.file("made.yaml")] + form)
            #expect(!made.errors.contains("looked up") && made.output.contains("POST: write:pets"), "\(made.errors)")
        }

        /// Files beside the document are read, those outside its folder never, not even by a link.
        @Test func referencesStayInTheFolder() throws {
            let folder = try TemporaryFolder()
            let text = """
                openapi: 3.1.0
                info: {title: T, version: '1'}
                paths:
                  /in: {$ref: 'api/item.json'}
                  /out: {$ref: '../outside.yaml'}
                  /link: {$ref: 'link.yaml'}
                components: {securitySchemes: {oauth: {type: oauth2}}}

                """
            let item = #"{"get": {"security": [{"oauth": ["read:pets"]}]}}"#
            for name in ["docs/api", "other"] {
                try FileManager.default.createDirectory(
                    atPath: folder.file(name),
                    withIntermediateDirectories: true
                )
            }
            let spec = try folder.write("docs/api.yaml", text)
            _ = try folder.write("docs/api/item.json", item)
            let outside = try folder.write("outside.yaml", item)
            try FileManager.default.createSymbolicLink(
                atPath: folder.file("docs/link.yaml"),
                withDestinationPath: outside
            )
            let result = try run([spec, "--catalog-output", folder.file("catalog.yaml")])
            #expect(result.output.contains("  /in:\n    GET: read:pets\n"), "\(result)")
            for path in ["/out", "/link"] {
                #expect(result.output.contains("  \(path): denied  # $ref"), "\(result.output)")
                #expect(result.errors.contains("* \(path) is left denied: $ref"), "\(result.errors)")
            }
            #expect(result.errors.contains("leads out of the document's folder"))
        }

        @Test func aDashIsStandardInput() throws {
            let folder = try TemporaryFolder()
            let result = try ChildProcess.run(
                "/bin/sh",
                [
                    "-c", #"cat "$2" | "$0" import openapi - --scope-form '{resource}.{verb}' --catalog-output "$1""#,
                    Program.path, folder.file("catalog.yaml"), try folder.write("api.yaml", Self.document),
                ]
            )
            #expect(result.end == .exited(1) && result.output.contains("    GET: read:pets  # listPets\n"), "\(result)")
            #expect(result.errors.contains("<standard input>:12:11: warning: "), "\(result.errors)")
        }

        /// Nothing takes the place of the document, of another file that is written, or of what is no regular file.
        @Test func onlyFilesOfItsOwnAreWritten() throws {
            let folder = try TemporaryFolder()
            let spec = try folder.write("api.yaml", Self.document)
            let form = ["--scope-form", "{resource}.{verb}", "--force"]
            let old = try folder.write("old.yaml", "old")
            let files = FileManager.default
            try files.createDirectory(atPath: folder.file("below"), withIntermediateDirectories: true)
            try files.createSymbolicLink(atPath: folder.file("link.yaml"), withDestinationPath: old)
            try files.createSymbolicLink(atPath: folder.file("loose.yaml"), withDestinationPath: folder.file("none"))
            try files.linkItem(atPath: spec, toPath: folder.file("hard.yaml"))
            try files.linkItem(atPath: old, toPath: folder.file("same.yaml"))
            #expect(mkfifo(folder.file("fifo"), 0o600) == 0)
            for (name, said) in [
                ("api.yaml", "is the document itself"), ("below/../api.yaml", "is the document itself"),
                ("hard.yaml", "is the document itself"), ("fifo", "is a FIFO"), ("below", "is a directory"),
                ("link.yaml", "is a symbolic link"), ("loose.yaml", "is a symbolic link"),
                ("new.yaml/", "names a directory"), ("nowhere/new.yaml", "can't be written"),
            ] {
                for arguments in [
                    ["--output", folder.file(name)],
                    ["--output", folder.file("new.yaml"), "--catalog-output", folder.file(name)],
                ] {
                    let result = try run([spec] + form + arguments)
                    #expect(result.end == .exited(2) && result.errors.contains(said), "\(name): \(result.errors)")
                }
            }
            let device = try run([spec] + form + ["--output", "/dev/null"])
            #expect(device.end == .exited(2) && device.errors.contains("is a device"), "\(device.errors)")
            for (output, catalog) in [("below/../new.yaml", "new.yaml"), ("old.yaml", "same.yaml")] {
                let result = try run(
                    [spec, "--output", folder.file(output), "--catalog-output", folder.file(catalog)] + form
                )
                #expect(result.end == .exited(2) && result.errors.contains("are both"), "\(result.errors)")
            }
            #expect(folder.read("api.yaml") == Self.document && folder.read("old.yaml") == "old")
            #expect(
                !files.fileExists(atPath: folder.file("new.yaml")) && !files.fileExists(atPath: folder.file("none"))
            )
        }

        /// A map that isn't made is no success, the less so where an old one is kept.
        @Test func nothingToWriteEndsWith1() throws {
            let folder = try TemporaryFolder()
            let spec = try folder.write("empty.yaml", "openapi: 3.1.0\ninfo: {title: T, version: '1'}\npaths: {}\n")
            let old = try folder.write("old.yaml", "old")
            let kept = try run([spec, "--output", old, "--catalog-output", folder.file("c.yaml"), "--force"])
            #expect(kept.end == .exited(1) && kept.errors.contains("\(old) is left as it was\n"), "\(kept)")
            #expect(folder.read("old.yaml") == "old" && !kept.errors.contains("c.yaml"))
            for arguments in [[spec], [spec, "--output", folder.file("new.yaml")], [spec, "--format", "json"]] {
                let result = try run(arguments)
                #expect(result.end == .exited(1) && !result.errors.contains("left as it was"), "\(result)")
            }
        }

        @Test func badUseEndsWith2() throws {
            let folder = try TemporaryFolder()
            let spec = try folder.write("api.yaml", Self.document)
            for arguments in [
                [folder.file("none.yaml")], [spec, "--scope", "x"], [spec, "--scope", "x=y"],
                [spec, "--scope", "x=read:a", "--scope", "x=read:b"], [spec, "--scope-form", "x"],
                [spec, "--base-path", "v1"],
                [spec, "--output", folder.file("r"), "--catalog-output", folder.file("r")],
            ] { #expect(try run(arguments).end == .exited(2), "\(arguments)") }
            let swagger = try run([try folder.write("old.json", "{\"swagger\": \"2.0\"}")])
            #expect(swagger.end == .exited(2) && swagger.errors.contains("old.json:1:13: error: "), "\(swagger)")
        }
    }
}
