/// Screenshots: uploaded as multipart/form-data or as the file itself, downloaded as they came, archived by DELETE.
enum Screenshots {
    /// What all screenshots together may take, in bytes.
    private static let capacity = 256 * 1024 * 1024

    static let rules: [FieldRule] = [.nullable("trade_id", .reference(.trade))]

    static let operations: [JournalOperation] = [
        JournalOperation(.post, "/screenshots", upload),
        JournalOperation(.get, "/screenshots/{screenshotId}", download),
        JournalOperation(.delete, "/screenshots/{screenshotId}", archive),
    ]

    private struct Upload {
        var contentType: String?
        var bytes: [UInt8]
        var tradeID: String?
    }

    private static func upload(
        _ state: inout JournalState,
        _ call: JournalCall
    ) throws(JournalError) -> JournalOutcome {
        let upload = try read(call)
        guard !upload.bytes.isEmpty else { throw .invalid("file", "must not be empty") }
        let stored = state.files.values.reduce(0) { $0 + $1.count }
        guard upload.bytes.count <= capacity - stored else {
            throw JournalError(status: 507, code: "storage_full", message: "There is no room for this screenshot.")
        }
        let reference: [String: JSONValue] = upload.tradeID.map { ["trade_id": .string($0)] } ?? [:]
        var fields = try state.checked(reference, rules, isPartial: false, at: call.now)
        fields["content_type"] = .string(safeContentType(upload.contentType))
        fields["size"] = .integer(Int64(upload.bytes.count))
        fields["archived_at"] = .null
        let record = state.insert(.screenshot, fields: fields, at: call.now)
        state.files[record.id] = upload.bytes
        return .created(record.json, location: "\(JournalRouter.prefix)/screenshots/\(record.id)")
    }

    /// The file is the part `file` of a form, with the part `trade_id` beside it, or else the whole body.
    private static func read(_ call: JournalCall) throws(JournalError) -> Upload {
        let contentType = call.request.field("Content-Type")
        guard call.request.mediaType == "multipart/form-data" else {
            return Upload(contentType: contentType, bytes: call.request.body, tradeID: call.queryValue("trade_id"))
        }
        guard let boundary = MultipartForm.boundary(contentType: contentType ?? ""),
            let parts = MultipartForm.parse(call.request.body, boundary: boundary)
        else {
            throw JournalError(status: 400, code: "invalid_multipart", message: "The multipart body is malformed.")
        }
        guard let file = parts.first(where: { $0.name == "file" }) else {
            throw .invalid("file", "is required")
        }
        let tradeID = parts.first { $0.name == "trade_id" }.map { String(decoding: $0.bytes, as: UTF8.self) }
        return Upload(contentType: file.contentType, bytes: file.bytes, tradeID: tradeID)
    }

    /// A media type goes into a header field later: anything but `type/subtype` is stored as bytes of no known type.
    private static func safeContentType(_ given: String?) -> String {
        let allowed = Set("abcdefghijklmnopqrstuvwxyz0123456789/+-.".utf8)
        guard let given, given.utf8.count <= 100, given.utf8.allSatisfy(allowed.contains),
            given.split(separator: "/", omittingEmptySubsequences: false).filter({ !$0.isEmpty }).count == 2
        else { return "application/octet-stream" }
        return given
    }

    private static func download(
        _ state: inout JournalState,
        _ call: JournalCall
    ) throws(JournalError) -> JournalOutcome {
        let record = try state.record(.screenshot, id: call.id)
        guard record.fields["archived_at"] == .null else {
            throw JournalError(status: 410, code: "archived", message: "This screenshot is archived.")
        }
        let contentType = record.fields["content_type"]?.string ?? "application/octet-stream"
        return .file(contentType: contentType, state.files[record.id] ?? [])
    }

    /// An archived screenshot is kept but not shown; archiving it again changes nothing.
    private static func archive(
        _ state: inout JournalState,
        _ call: JournalCall
    ) throws(JournalError) -> JournalOutcome {
        try state.update(.screenshot, id: call.id, at: call.now) { record in
            if record.fields["archived_at"] == .null { record.fields["archived_at"] = .string(call.now.text) }
        }
        return .done
    }
}
