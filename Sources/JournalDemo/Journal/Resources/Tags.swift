/// Tags and the categories that they stand in.
enum Tags {
    static let rules: [FieldRule] = [
        .required("name", .text(100)),
        .optional("color", .text(32), else: "#808080"),
        .nullable("category_id", .reference(.tagCategory)),
    ]

    static let categoryRules: [FieldRule] = [
        .required("name", .text(100)),
        .optional("description", .prose(2000), else: ""),
    ]

    static let operations: [JournalOperation] = [
        CollectionOperations.list(.tag, "/tags"),
        CollectionOperations.create(.tag, "/tags"),
        CollectionOperations.read(.tag, "/tags/{tagId}"),
        CollectionOperations.update(.tag, "/tags/{tagId}"),
        CollectionOperations.delete(.tag, "/tags/{tagId}") { state, tagID in
            state.updateAll(.trade) { trade in
                guard let ids = trade.fields["tag_ids"]?.array else { return }
                trade.fields["tag_ids"] = .array(ids.filter { $0.string != tagID })
            }
        },
        CollectionOperations.list(.tagCategory, "/tag-categories"),
        CollectionOperations.create(.tagCategory, "/tag-categories"),
        CollectionOperations.read(.tagCategory, "/tag-categories/{categoryId}"),
        CollectionOperations.update(.tagCategory, "/tag-categories/{categoryId}"),
        CollectionOperations.delete(.tagCategory, "/tag-categories/{categoryId}") { state, categoryID in
            state.updateAll(.tag) { tag in
                if tag.fields["category_id"]?.string == categoryID { tag.fields["category_id"] = .null }
            }
        },
    ]
}
