import HTTP1

extension RouteMap {
    /// The template that takes a path.
    func template(of path: [UInt8]) -> Int? {
        let method: [UInt8] = [UInt8(ascii: "-")]
        switch match(method: .other, methodName: method.span, path: path.span) {
        case .unmapped, .refused: return nil
        case .methodNotAllowed(let template): return template
        case .denied(let route), .route(let route): return templateIndex(ofRoute: route)
        }
    }

    /// The route of a method and a path, unless that is denied.
    func route(_ method: String, _ path: [UInt8]) -> RouteDefinition? {
        let name = Array(method.utf8)
        let known = HTTP1.Method.recognise(name.span)
        guard case .route(let route) = match(method: known, methodName: name.span, path: path.span) else { return nil }
        return routes[route]
    }

    /// Whether a method has a route on a path, be it a denied one.
    func hasRoute(_ method: String, _ path: [UInt8]) -> Bool {
        let name = Array(method.utf8)
        switch match(method: HTTP1.Method.recognise(name.span), methodName: name.span, path: path.span) {
        case .denied, .route: return true
        case .unmapped, .refused, .methodNotAllowed: return false
        }
    }

    /// The methods of a template that aren't denied, HEAD among them when GET is, in alphabetical order.
    func methods(of template: Int) -> [String] {
        String(decoding: allowHeader(ofTemplate: template), as: UTF8.self)
            .split(separator: ",").map { String($0.drop { $0 == " " }) }
    }
}
