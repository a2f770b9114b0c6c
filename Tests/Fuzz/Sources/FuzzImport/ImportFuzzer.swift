import FuzzSupport
import GatewayConfig
import RouteMap

/// Any bytes as an OpenAPI document: it is refused with a place in it, or a map is made of it that loads and lets
/// nothing through that is left denied. See ``ImportInput`` for how an input is made up.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzImport(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let input = ImportInput(FuzzInput(start, count).bytes) else { return 0 }
    do {
        let made = try OpenAPIImport(
            parsing: input.document,
            file: input.name,
            folder: input.folder,
            options: input.options
        )
        check(made, input)
    } catch {
        expect(error.diagnostics.contains { $0.severity == .error }, "refused without an error")
        check(error.diagnostics, input)
    }
    return 0
}

private func check(_ diagnostics: [Diagnostic], _ input: ImportInput) {
    for diagnostic in diagnostics {
        let text = diagnostic.description
        guard diagnostic.file == input.name else {
            // A catalog has room for only so many scopes; else what was made is as good as the document.
            expect(text.contains("a catalog has at most"), "what was made of the document does not load: \(text)")
            continue
        }
        // YAML has line ends besides CR and LF (U+0085, U+2028, U+2029), all of two bytes at least.
        let lines = input.document.count { $0 == 0x0A || $0 == 0x0D } + input.document.count { $0 >= 0x80 } / 2
        expect((1...lines + 2).contains(diagnostic.line), "a place that is not in the document: \(text)")
        expect(diagnostic.column >= 1, "a column before the first: \(text)")
        expect(!diagnostic.message.isEmpty, "no message: \(text)")
        let isPrintable = text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x7F }
        expect(isPrintable, "control characters in a diagnostic: \(quoted(text.utf8))")
    }
}

private func check(_ made: OpenAPIImport, _ input: ImportInput) {
    guard let routes = made.routesFile, let catalog = made.catalogFile else {
        expect(made.routes.isEmpty, "routes without a map of them")
        return
    }
    let map = load(routes, catalog)
    for route in map.routes where route.requirement == .public {
        expect(input.options.mapsPublic, "\(route.method) \(route.template) is public, and nobody said so")
    }
    for denied in made.denied {
        guard let path = target(of: denied.path, below: input.options.basePath ?? "") else { continue }
        let methods = denied.method == RouteDefinition.everyMethod ? ["GET", "DELETE", "PURGE"] : [denied.method]
        for method in methods { check(map, method, path, "\(denied.method) \(denied.path)") }
    }
}

/// What is left denied is denied by the map, and not only missing from it.
private func check(_ map: RouteMap, _ method: String, _ path: String, _ name: String) {
    let name = "\(name) is left denied, and \(method) \(path)"
    let method = Array(method.utf8)
    switch map.match(method: .recognise(method.span), methodName: method.span, path: Array(path.utf8).span) {
    case .route(let index): finding("\(name) needs \(map.routes[index].requirement)")
    case .unmapped, .methodNotAllowed: finding("\(name) is not in the map")
    case .denied, .refused: return
    }
}

/// A request for a path of a document: with texts in its parameters that no other path has; `nil` for one that clients
/// write in ways of their own.
private func target(of path: String, below base: String) -> String? {
    var result = base == "/" ? "" : base
    if !path.hasPrefix("/") { result += "/" }
    var isInside = false
    for byte in path.utf8 {
        switch byte {
        case UInt8(ascii: "{") where !isInside:
            isInside = true
            result += "Zq9_"
        case UInt8(ascii: "}") where isInside: isInside = false
        // A brace that isn't closed in its segment is no parameter.
        case UInt8(ascii: "/") where isInside, UInt8(ascii: "{") where isInside: return nil
        case _ where isInside: continue
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"), UInt8(ascii: "_"):
            result.unicodeScalars.append(UnicodeScalar(byte))
        default: return nil
        }
    }
    return isInside || result.contains("//") ? nil : result
}

private func load(_ routes: String, _ catalog: String) -> RouteMap {
    let files = MapFiles(routes: Array(routes.utf8), catalog: Array(catalog.utf8))
    do {
        return try ConfigLoader.load(path: "scopegate.yaml", environment: [:], files: files) { "\($0.count)" }.routeMap
    } catch {
        finding("what was made does not load: \(error)\n\(routes)\n\(catalog)")
    }
}

@_cdecl("FuzzImport_main")
func entryPoint(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    runFuzzer(count, arguments) { bytes, count in fuzzImport(bytes, count) }
}
