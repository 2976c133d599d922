{{ code_list_dimension('agency') }}
