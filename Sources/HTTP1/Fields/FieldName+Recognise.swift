extension FieldName {
    /// The field name that these bytes spell, without regard to ASCII case. `_` is not taken for `-`.
    public static func recognise(_ bytes: Span<UInt8>) -> FieldName {
        recognise(bytes, 0, bytes.count)
    }

    @inline(__always)
    static func recognise(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> FieldName {
        let count = end &- start
        guard 2...FoldedText.maximumLength ~= count else { return recogniseLong(bytes, start, end) }
        let text = FoldedText(bytes, start, end)
        switch count {
        case 2: return text == FoldedText("te") ? .te : .other
        case 3: return text == FoldedText("via") ? .via : .other
        case 4:
            if text == FoldedText("host") { return .host }
            return text == FoldedText("date") ? .date : .other
        case 5: return text == FoldedText("proxy") ? .proxy : .other
        case 6:
            if text == FoldedText("accept") { return .accept }
            if text == FoldedText("server") { return .server }
            return text == FoldedText("expect") ? .expect : .other
        case 7:
            if text == FoldedText("upgrade") { return .upgrade }
            return text == FoldedText("trailer") ? .trailer : .other
        case 9:
            if text == FoldedText("x-api-key") { return .xAPIKey }
            if text == FoldedText("forwarded") { return .forwarded }
            return text == FoldedText("x-real-ip") ? .xRealIP : .other
        case 10:
            if text == FoldedText("connection") { return .connection }
            if text == FoldedText("user-agent") { return .userAgent }
            if text == FoldedText("keep-alive") { return .keepAlive }
            return text == FoldedText("tracestate") ? .tracestate : .other
        case 11:
            if text == FoldedText("traceparent") { return .traceparent }
            return text == FoldedText("client-cert") ? .clientCert : .other
        case 12:
            if text == FoldedText("content-type") { return .contentType }
            if text == FoldedText("x-request-id") { return .xRequestID }
        case 13:
            if text == FoldedText("authorization") { return .authorization }
            if text == FoldedText("cache-control") { return .cacheControl }
            if text == FoldedText("x-http-method") { return .xHTTPMethod }
            if text == FoldedText("x-rewrite-url") { return .xRewriteURL }
        case 14:
            if text == FoldedText("content-length") { return .contentLength }
            if text == FoldedText("http2-settings") { return .http2Settings }
            if text == FoldedText("x-original-url") { return .xOriginalURL }
        case 15:
            if text == FoldedText("accept-encoding") { return .acceptEncoding }
            if text == FoldedText("x-forwarded-for") { return .xForwardedFor }
        case 16:
            if text == FoldedText("proxy-connection") { return .proxyConnection }
            if text == FoldedText("x-forwarded-host") { return .xForwardedHost }
            if text == FoldedText("x-forwarded-port") { return .xForwardedPort }
        default: return .other
        }
        return recognisePrefix(bytes, start, end)
    }

    /// Whether all of the name is known, and not only how it begins.
    @inline(__always)
    var isWhole: Bool {
        switch self {
        case .other, .xForwardedOther, .xScopegate: false
        default: true
        }
    }

    private static func recogniseLong(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> FieldName {
        func isText(_ lowercase: StaticString) -> Bool {
            ASCII.equals(bytes, start, end, ignoringCase: lowercase)
        }
        switch end &- start {
        case 17:
            if isText("transfer-encoding") { return .transferEncoding }
            if isText("x-forwarded-proto") { return .xForwardedProto }
            if isText("x-method-override") { return .xMethodOverride }
            if isText("client-cert-chain") { return .clientCertChain }
        case 18: if isText("proxy-authenticate") { return .proxyAuthenticate }
        case 19: if isText("proxy-authorization") { return .proxyAuthorization }
        case 22: if isText("x-http-method-override") { return .xHTTPMethodOverride }
        default: break
        }
        return recognisePrefix(bytes, start, end)
    }

    /// The names of which only the beginning counts.
    private static func recognisePrefix(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> FieldName {
        guard end &- start >= 12, bytes[start] | 0x20 == UInt8(ascii: "x") else { return .other }
        if ASCII.hasPrefix(bytes, at: start, end: end, ignoringCase: "x-forwarded-") { return .xForwardedOther }
        return ASCII.hasPrefix(bytes, at: start, end: end, ignoringCase: "x-scopegate-") ? .xScopegate : .other
    }
}
