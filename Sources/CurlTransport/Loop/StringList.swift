import CCurl

/// A list of texts in libcurl's own form, which has to outlive the handles that it is given to.
final class StringList {
    private(set) var list: UnsafeMutablePointer<curl_slist>?

    init(_ texts: [String]) {
        for text in texts {
            if let longer = curl_slist_append(list, text) { list = longer }
        }
    }

    deinit {
        curl_slist_free_all(list)
    }
}
