{{ code_list_dimension('support_regime') }}
