import Testing

@testable import Probe

@Suite("Checks of fields")
struct FieldCheckTests {
    private static func value(_ request: ProbeRequest, _ name: String) -> String? {
        request.fields.first { $0.name == name }?.value
    }

    /// A backend that takes another method from where a function finds it.
    private static func overriding(
        _ methods: Set<String> = ["GET", "POST"],
        _ find: @escaping (ProbeRequest) -> String?
    ) -> Fixture.Backend {
        { request in
            var read = request
            if methods.contains(request.method), let method = find(request) {
                guard ["GET", "POST", "OPTIONS", "DELETE"].contains(method) else { return ProbeAnswer(status: 405) }
                read.method = method
            }
            return Fixture.backend()(read)
        }
    }

    @Test func methodOverrideByField() throws {
        let backend = Self.overriding { Self.value($0, "X-HTTP-Method-Override") }
        let kept = try Fixture.judge(MethodOverrideCheck(), backend)
        #expect(kept.verdict == .finding && kept.closedBy == "take X-HTTP-Method-Override off headers.keep", "\(kept)")
        #expect(kept.shownBy.contains("GET /api/items with X-HTTP-Method-Override: OPTIONS"))
        let dropping = try Fixture.probed(dropping: ["X-HTTP-Method-Override"])
        let dropped = try Fixture.judge(MethodOverrideCheck(), backend, dropping)
        #expect(dropped.verdict == .note && dropped.gateway == "dropped by scopegate")
        #expect(dropped.letsThrough.isEmpty)
    }

    /// Frameworks that do it do it for POST only, which has to be allowed.
    @Test func methodOverrideByQueryOfPOST() throws {
        let backend = Self.overriding(["POST"]) { request in
            request.target.split(separator: "_method=").dropFirst().first.map(String.init)
        }
        let quiet = try Fixture.judge(MethodOverrideCheck(), backend)
        #expect(quiet.verdict == .no && quiet.seen.contains("POST was not asked"))
        let result = try Fixture.judge(MethodOverrideCheck(), backend, nil, Fixture.settings(writes: true))
        #expect(result.verdict == .finding && result.seen == "it obeys _method in the query (POST)", "\(result)")
        // DELETE has no route there.
        #expect(
            result.letsThrough.contains {
                $0.target == "/api/items?_method=DELETE" && $0.readAs == "DELETE /api/items"
            },
            "\(result)"
        )
        #expect(result.closedBy?.hasPrefix("no setting") == true)
    }

    @Test func methodOverrideByForm() throws {
        let backend = Self.overriding(["POST"]) { request in
            let text = String(decoding: request.body, as: UTF8.self)
            return text.hasPrefix("_method=") ? String(text.dropFirst(8)) : nil
        }
        let result = try Fixture.judge(MethodOverrideCheck(), backend, nil, Fixture.settings(writes: true))
        #expect(result.seen == "it obeys _method in the form (POST)")
        #expect(result.letsThrough.first?.with?.hasPrefix("_method=") == true)
    }

    @Test func noMethodOverride() throws {
        let result = try Fixture.judge(MethodOverrideCheck(), Fixture.backend(), nil, Fixture.settings(writes: true))
        #expect(result.verdict == .no && result.seen == "neither with GET nor with POST", "\(result)")
        let same: Fixture.Backend = { _ in nil }
        let context = try Fixture.context(Fixture.backend())
        let check = MethodOverrideCheck()
        let silent = check.judge(check.steps(context).map { Fixture.observe($0, same) }, context)
        #expect(silent.verdict == .unclear)
    }

    @Test func pathOverride() throws {
        let backend: Fixture.Backend = { request in
            var read = request
            read.target = Self.value(request, "X-Rewrite-URL") ?? read.target
            return Fixture.backend()(read)
        }
        let kept = try Fixture.judge(PathOverrideCheck(), backend)
        #expect(kept.verdict == .finding && kept.seen == "it obeys X-Rewrite-URL", "\(kept)")
        #expect(
            kept.letsThrough.contains { $0.with == "X-Rewrite-URL: /api/items/export" && $0.target == "/api/items" }
        )
        let dropped = try Fixture.judge(PathOverrideCheck(), backend, Fixture.probed(dropping: ["X-Rewrite-URL"]))
        #expect(dropped.verdict == .note && dropped.gateway == "dropped by scopegate")
        #expect(try Fixture.judge(PathOverrideCheck(), Fixture.backend()).verdict == .no)
    }

    @Test func identity() throws {
        let backend: Fixture.Backend = { request in
            guard let name = Self.value(request, "X-Tenant-Id") ?? Self.value(request, "X-Remote-User") else {
                return Fixture.backend()(request)
            }
            return ProbeAnswer(status: 200, body: Array("hello \(name)".utf8))
        }
        let result = try Fixture.judge(IdentityCheck(), backend, Fixture.probed(dropping: ["X-Remote-User"]))
        #expect(
            result.verdict == .finding && result.seen == "the answer depends on X-Remote-User, X-Tenant-Id",
            "\(result)"
        )
        #expect(result.closedBy == "headers: {drop: [X-Tenant-Id]}")
        let note = try Fixture.judge(
            IdentityCheck(),
            backend,
            Fixture.probed(dropping: ["X-Remote-User", "X-Tenant-Id"])
        )
        #expect(note.verdict == .note && note.closedBy == nil)
        #expect(try Fixture.judge(IdentityCheck(), Fixture.backend()).verdict == .no)
    }

    /// A field of the operator's own naming, and content that is another one each time.
    @Test func identityOfAnotherName() throws {
        var settings = try Fixture.settings()
        settings.identityFields = ["X-Shop"]
        let backend: Fixture.Backend = { request in
            Self.value(request, "X-Shop") == nil ? Fixture.backend()(request) : ProbeAnswer(status: 403)
        }
        #expect(try Fixture.judge(IdentityCheck(), backend, nil, settings).closedBy == "headers: {drop: [X-Shop]}")
        nonisolated(unsafe) var count = 0
        let restless: Fixture.Backend = { request in
            count += 1
            guard request.target == "/api/items" else { return ProbeAnswer(status: 404) }
            return ProbeAnswer(status: 200, body: Array("\(count)".utf8))
        }
        #expect(try Fixture.judge(IdentityCheck(), restless).verdict == .unclear)
    }

    @Test func underscores() throws {
        func backend(folds: Bool) -> Fixture.Backend {
            { request in
                let names = request.fields.map { folds ? $0.name.replacing("_", with: "-") : $0.name }
                if names.contains("If-None-Match") { return ProbeAnswer(status: 304) }
                return Fixture.backend()(request)
            }
        }
        let dropping = try Fixture.probed(dropping: ["If_None_Match"])
        let folded = try Fixture.judge(UnderscoreCheck(), backend(folds: true), dropping)
        #expect(folded.verdict == .note && folded.gateway == "dropped by scopegate", "\(folded)")
        #expect(folded.shownBy == ["GET /api/items with If_None_Match: *"])
        #expect(try Fixture.judge(UnderscoreCheck(), backend(folds: true)).verdict == .finding)
        #expect(try Fixture.judge(UnderscoreCheck(), backend(folds: false)).verdict == .no)
        #expect(try Fixture.judge(UnderscoreCheck(), Fixture.backend()).verdict == .unclear)
    }

    /// What lets the probe in is never shown.
    @Test func secretsAreNotShown() throws {
        var settings = try Fixture.settings()
        settings.accessFields = [ProbeField("X-API-Key", "s3cret")]
        let backend: Fixture.Backend = { request in
            let hasKey = request.fields.contains { $0.name.replacing("_", with: "-") == "X-API-Key" }
            return !request.isAnonymous || hasKey ? Fixture.backend()(request) : ProbeAnswer(status: 401)
        }
        let result = try Fixture.judge(UnderscoreCheck(), backend, Fixture.probed(dropping: ["X_API_Key"]), settings)
        #expect(result.verdict == .note && result.shownBy == ["GET /api/items with X_API_Key: …"], "\(result)")
        #expect(!"\(result)".contains("s3cret"))
    }
}
