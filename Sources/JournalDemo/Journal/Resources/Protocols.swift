/// Protocol templates (what to ask oneself before or after trading) and the responses recorded for them.
enum Protocols {
    static let rules: [FieldRule] = [
        .required("name", .text(200)),
        .optional("description", .prose(5000), else: ""),
        .optional("questions", .entries(prefix: "que", questionRules, atMost: 100), else: []),
        .optional("active", .flag, else: true),
    ]

    private static let questionRules: [FieldRule] = [
        .required("text", .text(500)),
        .optional("kind", .choice(["yes_no", "scale", "text"]), else: "yes_no"),
    ]

    static let responseRules: [FieldRule] = [
        .nullable("trade_id", .reference(.trade)),
        .timestampOrNow("recorded_at"),
        .required("answers", .entries(prefix: "ans", answerRules, atMost: 100)),
    ]

    private static let answerRules: [FieldRule] = [
        .required("question_id", .text(32)),
        .required("answer", .prose(5000)),
    ]

    static let operations: [JournalOperation] = [
        CollectionOperations.list(.protocol, "/protocols"),
        CollectionOperations.create(.protocol, "/protocols", complete: complete),
        CollectionOperations.read(.protocol, "/protocols/{protocolId}"),
        CollectionOperations.update(.protocol, "/protocols/{protocolId}", complete: complete),
        CollectionOperations.delete(.protocol, "/protocols/{protocolId}") { state, id in
            state.removeAll(.protocolResponse) { $0.fields["protocol_id"]?.string == id }
        },
        JournalOperation(.get, "/protocols/{protocolId}/responses") { (state, call) throws(JournalError) in
            let protocolID = try state.record(.protocol, id: call.id).id
            let responses = state.all(.protocolResponse).filter { $0.fields["protocol_id"]?.string == protocolID }
            return try CollectionOperations.page(responses, .protocolResponse, call)
        },
        JournalOperation(.post, "/protocols/{protocolId}/responses", record),
    ]

    /// Questions that a PATCH leaves out go; those with an id keep it, so that recorded answers still point at them.
    private static func complete(
        _ state: inout JournalState,
        _ fields: inout [String: JSONValue],
        _ old: [String: JSONValue]
    ) throws(JournalError) {
        fields["questions"] = .array(
            try state.embed(
                fields["questions"]?.array ?? [],
                into: old["questions"]?.array ?? [],
                prefix: "que",
                keepOthers: false,
                at: "questions"
            )
        )
    }

    private static func record(
        _ state: inout JournalState,
        _ call: JournalCall
    ) throws(JournalError) -> JournalOutcome {
        let template = try state.record(.protocol, id: call.id)
        var fields = try state.checked(call.members(), responseRules, isPartial: false, at: call.now)
        let questionIDs = (template.fields["questions"]?.array ?? []).compactMap { $0["id"]?.string }
        let answers = fields["answers"]?.array ?? []
        for (index, answer) in answers.enumerated() where !questionIDs.contains(answer["question_id"]?.string ?? "") {
            throw .invalid("answers[\(index)].question_id", "must be the id of a question of this protocol")
        }
        fields["answers"] = .array(
            try state.embed(answers, into: [], prefix: "ans", keepOthers: false, at: "answers")
        )
        fields["protocol_id"] = .string(template.id)
        let response = state.insert(.protocolResponse, fields: fields, at: call.now)
        return .created(response.json, location: nil)
    }
}
