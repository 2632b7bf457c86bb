// SPDX-License-Identifier: Apache-2.0
package dev.atelier.workspace.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnknownPartsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode json(String text) throws JsonProcessingException {
    return JSON.readTree(text.replace("'", "\""));
  }

  /** x and y are what is not known. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          # kept                          | known                   | next                    | written
          {'a':1,'x':2}                   | {'a':1}                 | {'a':3}                 | {'a':3,'x':2}
          {'a':1,'x':null}                | {'a':1}                 | {'a':3}                 | {'a':3,'x':null}
          {'a':{'b':1,'x':{}}}            | {'a':{'b':1}}           | {'a':{'b':2}}           | {'a':{'b':2,'x':{}}}
          {'a':{'b':1,'x':2}}             | {'a':{'b':1}}           | {'a':null}              | {'a':null}
          {'a':{'b':1,'x':2}}             | {'a':{'b':1}}           | {'a':{'c':1}}           | {'a':{'c':1,'x':2}}
          {'m':{'k':'v','l':'w'}}         | {'m':{'k':'v','l':'w'}} | {'m':{'l':'w'}}         | {'m':{'l':'w'}}
          {'a':['u','v']}                 | {'a':['u','v']}         | {'a':['v']}             | {'a':['v']}
          {'a':[{'n':1,'x':1},{'n':2,'x':2}]} | {'a':[{'n':1},{'n':2}]} | {'a':[{'n':2}]}     | {'a':[{'n':2,'x':2}]}
          {'a':[{'n':1,'x':1},{'n':2,'x':2}]} | {'a':[{'n':1},{'n':2}]} | {'a':[{'n':0},{'n':2},{'n':1}]} | {'a':[{'n':0},{'n':2,'x':2},{'n':1,'x':1}]}
          {'a':[{'n':1,'v':1,'x':1}]}     | {'a':[{'n':1,'v':1}]}   | {'a':[{'n':1,'v':2}]}   | {'a':[{'n':1,'v':2,'x':1}]}
          {'a':[{'n':1,'x':1},{'n':1,'x':2}]} | {'a':[{'n':1},{'n':1}]} | {'a':[{'n':1},{'n':1}]} | {'a':[{'n':1,'x':1},{'n':1,'x':2}]}
          {'a':[{'n':1,'x':1}]}           | {'a':[]}                | {'a':[{'n':1}]}         | {'a':[{'n':1}]}
          """)
  void whatIsNotKnownIsCarriedOver(String kept, String known, String next, String written)
      throws JsonProcessingException {
    JsonNode result = json(next);
    UnknownParts.carryOver(json(kept), json(known), result);

    assertThat(result).isEqualTo(json(written));
    assertThat(UnknownParts.in(json(kept), json(known)))
        .isEqualTo(kept.contains("'x'") && !known.contains("[]"));
  }
}
