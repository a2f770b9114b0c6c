/// Copy trading groups: a leading account, and the accounts that copy its trades.
enum CopyGroups {
    static let rules: [FieldRule] = [
        .required("name", .text(200)),
        .required("leader_account_id", .reference(.account)),
        .optional("active", .flag, else: true),
    ]

    private static let memberRules: [FieldRule] = [
        .required("account_id", .reference(.account)),
        .optional("multiplier", .number(0.01...100), else: 1),
    ]

    static let operations: [JournalOperation] = [
        CollectionOperations.list(.copyGroup, "/copy-groups"),
        CollectionOperations.create(.copyGroup, "/copy-groups"),
        CollectionOperations.read(.copyGroup, "/copy-groups/{groupId}"),
        CollectionOperations.update(.copyGroup, "/copy-groups/{groupId}"),
        CollectionOperations.delete(.copyGroup, "/copy-groups/{groupId}"),
        CollectionOperations.readMember("members", of: .copyGroup, "/copy-groups/{groupId}/members"),
        CollectionOperations.replaceMember(
            .required("members", .entries(prefix: "mem", memberRules, atMost: 100)),
            of: .copyGroup,
            "/copy-groups/{groupId}/members"
        ) { (state, fields, old) throws(JournalError) in
            let members = fields["members"]?.array ?? []
            var accountIDs: Set<String> = []
            for (index, member) in members.enumerated()
            where !accountIDs.insert(member["account_id"]?.string ?? "").inserted {
                throw .invalid("members[\(index)].account_id", "is there twice")
            }
            fields["members"] = .array(
                try state.embed(
                    members,
                    into: old["members"]?.array ?? [],
                    prefix: "mem",
                    keepOthers: false,
                    at: "members"
                )
            )
        },
    ]
}
