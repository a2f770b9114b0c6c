import NIOCore
import SimpleHTTP

/// Answers what is asked on the admin listener.
struct AdminResponder: SimpleResponder {
    private let access: AdminAccess
    private let endpoints: [String: AdminEndpoint]

    init(access: AdminAccess, endpoints: [AdminEndpoint]) {
        self.access = access
        self.endpoints = Dictionary(uniqueKeysWithValues: endpoints.map { ($0.path, $0) })
    }

    func respond(to request: SimpleRequest) -> SimpleResponse {
        switch resolve(request) {
        case .failure(let refusal): refusal.response
        case .success(.now(let answer)): answer(request)
        case .success(.later): AdminAnswer.error(503, code: "stopping", message: "The gateway is stopping.")
        }
    }

    func lateResponse(to request: SimpleRequest, on eventLoop: any EventLoop) -> EventLoopFuture<SimpleResponse>? {
        guard case .success(.later(let answer)) = resolve(request) else { return nil }
        return answer(request, eventLoop)
    }

    private func endpoint(at path: String) -> AdminEndpoint? {
        endpoints[path]
            ?? path.lastIndex(of: "/").flatMap { endpoints[path[...$0] + AdminEndpoint.parameter] }
    }

    private struct Refusal: Error {
        let response: SimpleResponse
    }

    private func resolve(_ request: SimpleRequest) -> Result<AdminEndpoint.Handler, Refusal> {
        let endpoint = endpoint(at: request.path)
        let isOpen = endpoint?.isOpen ?? false
        if let refusal = access.refusal(of: request, isOpen: isOpen, acts: endpoint?.acts ?? false) {
            return .failure(Refusal(response: refusal))
        }
        guard let endpoint else {
            let known = endpoints.keys.sorted().joined(separator: ", ")
            let message = "There is nothing here; there is \(known)."
            return .failure(Refusal(response: AdminAnswer.error(404, code: "not_found", message: message)))
        }
        guard endpoint.takes(request.method) else {
            var response = AdminAnswer.error(
                405,
                code: "method_not_allowed",
                message: endpoint.acts ? "This acts, and so it wants POST." : "This is read with GET."
            )
            response.fields.append(("Allow", endpoint.allow))
            return .failure(Refusal(response: response))
        }
        return .success(endpoint.handler)
    }
}
