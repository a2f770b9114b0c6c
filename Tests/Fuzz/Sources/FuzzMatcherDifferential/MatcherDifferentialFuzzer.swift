import FuzzSupport
import HTTP1
import RouteMap
import ScopeModel

/// A map, one `METHOD template` a line, an empty line, and requests for it, one `METHOD path` a line: the compiled
/// matcher finds what a plain one finds that tries every template on every reading of the path. Behind a template and a
/// space may be letters: `u` for a public route, `x` for a denied one, `s`, `p` and `d` for the encodings that it
/// allows. Lines that are no route are left out.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMatcherDifferential(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput(start, count).bytes
    let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    let end = lines.firstIndex { $0.isEmpty } ?? lines.endIndex
    let map = makeMap(lines[..<end])
    let plain = PlainMatcher(map.routes)
    for line in lines[end...].prefix(maximumRequests) {
        guard let request = Line(line), case .success = RequestTarget.validate(Array(request.rest).span) else {
            continue
        }
        let method = Array(request.method.utf8)
        let match = map.match(
            method: HTTP1.Method.recognise(method.span),
            methodName: method.span,
            path: Array(request.path).span
        )
        let found = plain.match(request.method, Array(request.path))
        expectEqual(Answer(match, map), found, "\(request.method) \(quoted(request.path)) in \(map.templates)")
    }
    return 0
}

/// How many requests of an input are tried, so that its cost is bounded.
private let maximumRequests = 16
private let maximumRoutes = 24

/// A method, a space, and the rest of the line.
private struct Line {
    var method: String
    var rest: ArraySlice<UInt8>

    /// What is before a `?`.
    var path: ArraySlice<UInt8> { rest.prefix { $0 != UInt8(ascii: "?") } }

    init?(_ line: ArraySlice<UInt8>) {
        guard let space = line.firstIndex(of: 0x20), line[..<space].allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return nil
        }
        method = String(decoding: line[..<space], as: UTF8.self)
        rest = line[(space + 1)...]
    }
}

/// The map of those lines that are routes and can stand beside those before them.
private func makeMap(_ lines: ArraySlice<ArraySlice<UInt8>>) -> RouteMap {
    var definitions: [RouteDefinition] = []
    var templates: [String: String] = [:]
    var known: Set<String> = []
    for line in lines.prefix(maximumRoutes) {
        guard let route = Line(line) else { continue }
        let parts = route.rest.split(separator: 0x20, maxSplits: 1)
        let letters = parts.count > 1 ? parts[1] : []
        guard let first = parts.first, let text = String(validating: first, as: UTF8.self),
            let template = try? RouteTemplate(parsing: text), templates[template.shape, default: text] == text,
            isMappable(route.method), known.insert("\(route.method) \(text)").inserted
        else { continue }
        templates[template.shape] = text
        var allowance: EncodingAllowance = []
        for (letter, value) in [("s", .slash), ("p", .percent), ("d", .delimiters)] as [(String, EncodingAllowance)]
        where letters.contains(where: { letter.utf8.first == $0 }) {
            allowance.insert(value)
        }
        definitions.append(
            RouteDefinition(
                method: route.method,
                template: template,
                requirement: letters.contains(UInt8(ascii: "x"))
                    ? .denied : letters.contains(UInt8(ascii: "u")) ? .public : .authenticated,
                allowance: allowance
            )
        )
    }
    do {
        return try RouteMap(definitions: definitions, catalog: emptyCatalog, generation: 1, digest: "")
    } catch {
        finding("a map of good routes is refused: \(error)")
    }
}

/// Whether a method is a token that is neither CONNECT nor a standard method in the wrong case.
private func isMappable(_ method: String) -> Bool {
    let isToken = method.utf8.allSatisfy { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
    let uppercased = method.uppercased()
    let isStandard = HTTP1.Method.allCases.contains { $0.name?.description == uppercased }
    return isToken && (1...32).contains(method.utf8.count) && uppercased != "CONNECT"
        && (!isStandard || uppercased == method)
}

private let emptyCatalog: ScopeCatalog = {
    do {
        return try ScopeCatalog(
            definitions: [ScopeDefinition(scope: try Scope(parsing: "read:trades"), description: "")],
            presets: []
        )
    } catch {
        finding("no catalog: \(error)")
    }
}()

@_cdecl("FuzzMatcherDifferential_main")
func entryPoint(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    runFuzzer(count, arguments) { bytes, count in fuzzMatcherDifferential(bytes, count) }
}
