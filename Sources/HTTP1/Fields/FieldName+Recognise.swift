extension FieldName {
    /// The field name that these bytes spell, without regard to ASCII case. `_` is not taken for `-`.
    public static func recognise(_ bytes: Span<UInt8>) -> FieldName {
        recognise(bytes, 0, bytes.count)
    }

    @inline(__always)
    static func recognise(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> FieldName {
        func isText(_ lowercase: StaticString) -> Bool {
            ASCII.hasPrefix(bytes, at: start, end: end, ignoringCase: lowercase)
        }
        // Within each length every candidate is as long as the name, so a prefix is the whole of it.
        switch end &- start {
        case 2: return isText("te") ? .te : .other
        case 3: return isText("via") ? .via : .other
        case 4: return isText("host") ? .host : isText("date") ? .date : .other
        case 5: return isText("proxy") ? .proxy : .other
        case 6: return isText("accept") ? .accept : isText("expect") ? .expect : isText("server") ? .server : .other
        case 7: return isText("upgrade") ? .upgrade : isText("trailer") ? .trailer : .other
        case 9:
            return isText("x-api-key")
                ? .xAPIKey : isText("forwarded") ? .forwarded : isText("x-real-ip") ? .xRealIP : .other
        case 10:
            return isText("connection")
                ? .connection
                : isText("user-agent")
                    ? .userAgent : isText("keep-alive") ? .keepAlive : isText("tracestate") ? .tracestate : .other
        case 11: return isText("traceparent") ? .traceparent : .other
        case 12: return isText("content-type") ? .contentType : isText("x-request-id") ? .xRequestID : prefixed()
        case 13:
            return isText("authorization")
                ? .authorization
                : isText("cache-control")
                    ? .cacheControl
                    : isText("x-http-method") ? .xHTTPMethod : isText("x-rewrite-url") ? .xRewriteURL : prefixed()
        case 14:
            return isText("content-length")
                ? .contentLength
                : isText("http2-settings")
                    ? .http2Settings : isText("x-original-url") ? .xOriginalURL : prefixed()
        case 15:
            return isText("accept-encoding")
                ? .acceptEncoding : isText("x-forwarded-for") ? .xForwardedFor : prefixed()
        case 16:
            return isText("proxy-connection")
                ? .proxyConnection
                : isText("x-forwarded-host")
                    ? .xForwardedHost : isText("x-forwarded-port") ? .xForwardedPort : prefixed()
        case 17:
            return isText("transfer-encoding")
                ? .transferEncoding
                : isText("x-forwarded-proto")
                    ? .xForwardedProto : isText("x-method-override") ? .xMethodOverride : prefixed()
        case 18: return isText("proxy-authenticate") ? .proxyAuthenticate : prefixed()
        case 19: return isText("proxy-authorization") ? .proxyAuthorization : prefixed()
        case 22: return isText("x-http-method-override") ? .xHTTPMethodOverride : prefixed()
        case let count where count > 12: return prefixed()
        default: return .other
        }

        func prefixed() -> FieldName {
            isText("x-forwarded-") ? .xForwardedOther : isText("x-scopegate-") ? .xScopegate : .other
        }
    }
}
