import NIOCore

/// Writes responses in the HTTP/1.1 form (RFC 9112 §4 and §6).
enum ResponseEncoder {
    /// Appends a response.
    ///
    /// - Parameters:
    ///   - withoutBody: The request was a HEAD: lengths are stated, the body is left out (RFC 9110 §9.3.2).
    ///   - date: An IMF-fixdate (RFC 9110 §6.6.1).
    ///   - close: The connection closes after this response.
    static func encode(
        _ response: SimpleResponse,
        withoutBody: Bool,
        date: String,
        close: Bool,
        into buffer: inout ByteBuffer
    ) {
        buffer.writeString("HTTP/1.1 \(response.status) \(reason(response.status))\r\n")
        for field in response.fields {
            buffer.writeString(field.name)
            buffer.writeStaticString(": ")
            buffer.writeString(field.value)
            buffer.writeStaticString("\r\n")
        }
        buffer.writeStaticString("Date: ")
        buffer.writeString(date)
        // RFC 9110 §8.6: no Content-Length in a 204; in a 304 it would be that of the 200, which is left out.
        let statusHasBody = response.status != 204 && response.status != 304
        if statusHasBody, response.stream == nil { buffer.writeString("\r\nContent-Length: \(response.body.count)") }
        buffer.writeStaticString(close ? "\r\nConnection: close\r\n\r\n" : "\r\n\r\n")
        if statusHasBody, !withoutBody, response.stream == nil { buffer.writeBytes(response.body) }
    }

    /// The reason phrases of RFC 9110 §15 for the statuses that occur here.
    private static func reason(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 304: "Not Modified"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 409: "Conflict"
        case 410: "Gone"
        case 413: "Content Too Large"
        case 414: "URI Too Long"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 431: "Request Header Fields Too Large"
        case 503: "Service Unavailable"
        case 505: "HTTP Version Not Supported"
        case 507: "Insufficient Storage"
        default: ""
        }
    }
}
