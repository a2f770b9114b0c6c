import Testing

extension EndToEndTests {
    /// What is sent byte for byte, and what comes of it; each case is a file below Raw/Cases.
    @Suite("Raw bytes", .serialized, RawEnvironmentTrait())
    struct RawTests {
        /// Each case as it is cut, and again one byte at a time: how it is split must make no difference.
        @Test(arguments: (try? RawCase.all.get()) ?? [])
        func raw(_ raw: RawCase) throws {
            let environment = try #require(RawEnvironment.current)
            let gateway = try environment.gateway(raw.config)
            for bytewise in raw.isSentWhole ? [false] : [false, true] {
                let run = CaseRun(raw: raw, environment: environment, port: gateway.port, bytewise: bytewise)
                let failures = try CaseCheck(run).failures()
                if !failures.isEmpty { Issue.record("\(failures.joined(separator: "\n"))") }
            }
            #expect(gateway.child.end() == nil, "the gateway has ended: \(gateway.log.suffix(2000))")
        }

        @Test func allCasesCanBeRead() throws {
            let cases = try RawCase.all.get()
            #expect(cases.count >= 150)
        }
    }
}
