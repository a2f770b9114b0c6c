import HTTP1
import NIOCore
import SimpleHTTP

/// Something that can be asked of the admin listener.
struct AdminEndpoint: Sendable {
    /// What stands at the end of the path of an endpoint that is there for all paths of that beginning.
    static let parameter = "{file}"

    enum Handler: Sendable {
        case now(@Sendable (SimpleRequest) -> SimpleResponse)
        case later(@Sendable (SimpleRequest, any EventLoop) -> EventLoopFuture<SimpleResponse>)
    }

    let path: String
    /// Whether it does something, and so wants POST.
    let acts: Bool
    /// Whether it is answered without the token.
    let isOpen: Bool
    let handler: Handler

    /// What is read, and answered at once.
    static func get(
        _ path: String,
        isOpen: Bool = false,
        _ body: @escaping @Sendable (SimpleRequest) -> SimpleResponse
    ) -> AdminEndpoint {
        AdminEndpoint(path: path, acts: false, isOpen: isOpen, handler: .now(body))
    }

    /// What is read, and takes time.
    static func get(
        _ path: String,
        isOpen: Bool = false,
        later body: @escaping @Sendable (SimpleRequest, any EventLoop) -> EventLoopFuture<SimpleResponse>
    ) -> AdminEndpoint {
        AdminEndpoint(path: path, acts: false, isOpen: isOpen, handler: .later(body))
    }

    /// What does something at once.
    static func post(
        _ path: String,
        _ body: @escaping @Sendable (SimpleRequest) -> SimpleResponse
    ) -> AdminEndpoint {
        AdminEndpoint(path: path, acts: true, isOpen: false, handler: .now(body))
    }

    /// What does something, and takes time.
    static func post(
        _ path: String,
        later body: @escaping @Sendable (SimpleRequest, any EventLoop) -> EventLoopFuture<SimpleResponse>
    ) -> AdminEndpoint {
        AdminEndpoint(path: path, acts: true, isOpen: false, handler: .later(body))
    }

    /// The value of Allow (RFC 9110 §10.2.1).
    var allow: String { acts ? "POST" : "GET, HEAD" }

    func takes(_ method: HTTP1.Method) -> Bool {
        acts ? method == .post : method == .get || method == .head
    }
}
