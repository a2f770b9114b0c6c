import FuzzSupport
import GatewayConfig
import HTTP1
import RouteMap

/// Any bytes as a configuration file: it is loaded, or refused with a place in it. The comment `#scopegate` or
/// `#catalog` at the start makes it that file; otherwise it is `routes.yaml`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzConfiguration(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = FuzzInput(start, count).bytes
    let name =
        bytes.starts(with: "#scopegate".utf8)
        ? "scopegate.yaml" : bytes.starts(with: "#catalog".utf8) ? "catalog.yaml" : "routes.yaml"
    var files = MemoryFiles()
    files.contents[name] = bytes
    do {
        let loaded = try ConfigLoader.load(
            path: "scopegate.yaml",
            environment: ["SECRET": "sixteen bytes or more"],
            files: files
        ) { "\($0.count)" }
        check(loaded.warnings, files)
        check(loaded.routeMap)
    } catch {
        expect(error.diagnostics.contains { $0.severity == .error }, "refused without an error")
        check(error.diagnostics, files)
    }
    return 0
}

private func check(_ diagnostics: [Diagnostic], _ files: MemoryFiles) {
    for diagnostic in diagnostics {
        let text = diagnostic.description
        if let file = files.contents[diagnostic.file] {
            // YAML has line ends besides CR and LF (U+0085, U+2028, U+2029), all of two bytes at least.
            let lines = file.count { $0 == 0x0A || $0 == 0x0D } + file.count { $0 >= 0x80 } / 2
            expect((1...lines + 2).contains(diagnostic.line), "a place that is not in the file: \(text)")
        }
        expect(diagnostic.column >= 1, "a column before the first: \(text)")
        expect(!diagnostic.message.isEmpty, "no message: \(text)")
        let isPrintable = text.unicodeScalars.allSatisfy { $0 == "\n" || $0.value >= 0x20 && $0.value != 0x7F }
        expect(isPrintable, "control characters in a diagnostic: \(quoted(text.utf8))")
    }
}

/// Every route can be reached: a template without parameters matches its own text.
private func check(_ map: RouteMap) {
    for (index, route) in map.routes.enumerated() where route.template.isLiteral {
        let method = Array(route.method.utf8)
        let match = map.match(
            method: HTTP1.Method.recognise(method.span),
            methodName: method.span,
            path: Array(route.template.text.utf8).span
        )
        expectEqual(match, .route(index), "\(route.method) \(route.template)")
    }
}

@_cdecl("FuzzConfiguration_main")
func entryPoint(_ count: Int32, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Int32 {
    runFuzzer(count, arguments) { bytes, count in fuzzConfiguration(bytes, count) }
}
