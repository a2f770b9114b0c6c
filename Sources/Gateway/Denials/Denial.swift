import HTTP1
import RouteMap
import ScopeModel

/// Why a request is refused, with what the caller and the audit are told of it.
struct Denial {
    var reason: DenialReason
    var message: StaticString?
    /// The missing scope, with forbidden_scope.
    var requiredScope: ScopeID?
    /// The requirement that wasn't met.
    var requirement: Requirement?
    /// The template that the path matched.
    var template: Int?

    init(_ reason: DenialReason, message: StaticString? = nil) {
        self.reason = reason
        self.message = message
    }

    init(_ error: RequestError) {
        reason = DenialReason(error)
        message = error.message
    }

    static func forbidden(_ scope: ScopeID, _ requirement: Requirement) -> Denial {
        var denial = Denial(.forbiddenScope)
        denial.requiredScope = scope
        denial.requirement = requirement
        return denial
    }

    /// The envelope for this refusal under a route map and a catalog.
    func envelope(routeMap: RouteMap, catalog: ScopeCatalog) -> Envelope {
        var envelope = Envelope(status: reason.status, code: reason.code, message: [])
        let scope = requiredScope.map { catalog.utf8Name(of: $0) }
        envelope.requiredScope = scope
        if let requirement, requirement.scopes.count > 1 {
            envelope.requiredScopes = requirement.scopes.map { catalog.utf8Name(of: $0) }
        }
        if reason == .methodNotAllowed, let template {
            envelope.allow = routeMap.allowHeader(ofTemplate: template)
        }
        envelope.challenge = Self.challenge(for: reason)
        if reason.status == 503 { envelope.retryAfter = 1 }
        envelope.message = text(scope)
        return envelope
    }

    private static func challenge(for reason: DenialReason) -> Envelope.Challenge? {
        switch reason {
        case .missingKey: .bearer
        case .invalidKey, .expiredKey: .invalidToken
        case .forbiddenScope: .insufficientScope
        default: nil
        }
    }

    private func text(_ scope: [UInt8]?) -> [UInt8] {
        if let message { return message.withUTF8Buffer { Array($0) } }
        if let scope, requirement?.kind == .any, requirement?.scopes.count ?? 0 > 1 {
            return Array("This request needs one of several scopes, such as ".utf8) + scope
                + Array(", and this API key has none of them.".utf8)
        }
        if let scope {
            return Array("This request needs the scope ".utf8) + scope
                + Array(", which this API key does not have.".utf8)
        }
        return reason.standardMessage.withUTF8Buffer { Array($0) }
    }
}

extension DenialReason {
    /// The reason for a request that the codec refuses.
    init(_ error: RequestError) {
        let code = error.code.withUTF8Buffer { Array($0) }
        self = Self.allCases.first { $0.code.withUTF8Buffer { Array($0) } == code } ?? .invalidRequest
    }

    /// What the caller is told when there is nothing more precise to say.
    var standardMessage: StaticString {
        switch self {
        case .missingKey: "This request needs an API key."
        case .invalidKey: "This API key is not valid."
        case .expiredKey: "This API key has expired."
        case .ambiguousKey: "This request carries more than one API key."
        case .forbiddenScope: "This API key does not have the scope that this request needs."
        case .unmappedRoute: "No route is mapped for this path."
        case .methodNotAllowed: "This method is not mapped for this path."
        case .invalidRequest, .invalidRequestTarget, .invalidRequestFraming, .invalidRequestHeader,
            .invalidRequestHost:
            "This request is malformed."
        case .misdirectedRequest: "The host that this request names is not served here."
        case .httpVersionNotSupported: "Only HTTP/1.0 and HTTP/1.1 are supported on this connection."
        case .expectationFailed: "The only expectation supported is 100-continue."
        case .unexpectedBody: "This request has a body, which is not allowed with its method on this route."
        case .bodyTooLarge: "The body of this request is too large."
        case .targetTooLong: "The request line is too long."
        case .headersTooLarge: "The header fields of this request are too large."
        case .requestTimeout: "The request did not arrive in time."
        case .introspectionUnavailable: "API keys can't be checked at the moment."
        case .auditUnavailable: "Requests can't be recorded at the moment."
        case .overloaded: "There are too many requests at the moment."
        case .upstreamUnreachable: "The service behind this gateway can't be reached."
        case .upstreamInvalidResponse: "The service behind this gateway gave an invalid response."
        case .upstreamTimeout: "The service behind this gateway did not answer in time."
        }
    }
}
