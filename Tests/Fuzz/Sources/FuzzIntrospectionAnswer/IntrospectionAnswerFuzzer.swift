import FuzzSupport
import Introspection
import ScopeModel
import StrictJSON

/// Any bytes as the body of an introspection answer: what is accepted means the same to Foundation's JSON reader, and
/// a grant holds nothing that the answer does not say.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzIntrospectionAnswer(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput(start, count).bytes
    let value = try? JSONValue(parsing: bytes.span)
    checkTokens(bytes, value)
    let foundation = value.flatMap { FoundationJSON(bytes, beside: $0) }

    switch IntrospectionResponse.parse(body: bytes.span, catalog: Catalog.shared) {
    case .failure(let error): expect(!error.description.isEmpty, "no description")
    case .success(let grant):
        guard case .object = value else { finding("a grant of what is no object: \(quoted(bytes))") }
        foundation?.check(grant, Catalog.shared)
    }
    return 0
}

/// The tokens of a text that was accepted are balanced and go forward; one that was refused has an error.
private func checkTokens(_ bytes: [UInt8], _ value: JSONValue?) {
    var reader = JSONReader()
    var opened = 0
    var offset = 0
    do {
        while true {
            let token = try reader.next(in: bytes.span)
            expect(reader.offset >= offset && reader.offset <= bytes.count, "the offset went to \(reader.offset)")
            expect(token == .end || reader.offset > offset, "a token of no bytes")
            offset = reader.offset
            switch token {
            case .beginObject, .beginArray: opened += 1
            case .endObject, .endArray: opened -= 1
            case .end:
                expectEqual(opened, 0, "how many containers are left open")
                return
            case .name(let text), .string(let text):
                let decoded = text.decoded(in: bytes.span)
                expect(String(validating: decoded, as: UTF8.self) != nil, "a string that is not UTF-8")
            case .number, .bool, .null: break
            }
            expectEqual(opened, reader.depth, "how deep the text is nested")
            expect(opened <= JSONReader.defaultMaximumDepth, "deeper than the limit")
        }
    } catch {
        expect((0...bytes.count).contains(error.offset), "an error outside of the text: \(error)")
        expect(value == nil, "accepted as a value but not as tokens")
    }
}

/// The scopes that the seeds and the dictionary name.
enum Catalog {
    static let shared: ScopeCatalog = {
        do {
            let names = ["read:trades", "write:trades", "read:tags"]
            return try ScopeCatalog(
                definitions: try names.map { ScopeDefinition(scope: try Scope(parsing: $0), description: "") },
                presets: []
            )
        } catch {
            finding("no catalog: \(error)")
        }
    }()
}

@_cdecl("FuzzIntrospectionAnswer_main")
func entryPoint(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    runFuzzer(count, arguments) { bytes, count in fuzzIntrospectionAnswer(bytes, count) }
}
